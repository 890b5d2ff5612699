import type { IncomingMessage, ServerResponse } from 'node:http';

/** What `open` may weigh in bytes: a list of names. */
const OPEN_SIZE = 10_000;

/** Answers a request, unless it was answered. */
export function answer(response: ServerResponse, status: number, text = ''): void {
  if (response.headersSent) return;
  response.statusCode = status;
  if (text !== '') response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(text && `${text}\n`);
}

/** The body of a request; undefined where it is too long. What is too long is read, and thrown away. */
export async function bodyOf(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limit) parts.push(part);
  }
  return size > limit ? undefined : Buffer.concat(parts);
}

/** What a request for a transport asks for. */
export async function requestBody(request: IncomingMessage): Promise<{ readonly protocols?: unknown }> {
  const body = await bodyOf(request, OPEN_SIZE);
  return { ...(JSON.parse(body?.toString() ?? 'null') as object | null) };
}
