// Ends a process that hangs in one frame, and shows the frame.
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Milliseconds without a next frame. */
const PATIENCE = 60_000;
/** Bytes of a frame that are kept. */
const KEPT = 8192;

/** Starts it; `sees()` is called for each frame. */
export function watchdog() {
  const shared = new SharedArrayBuffer(8 + KEPT);
  const head = new Int32Array(shared, 0, 2);
  const kept = new Uint8Array(shared, 8);
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: shared, execArgv: [] });
  return {
    sees(frame) {
      const bytes = typeof frame === 'string' ? Buffer.from(frame) : frame;
      kept.set(bytes.subarray(0, KEPT));
      head[1] = Math.min(bytes.length, KEPT);
      Atomics.add(head, 0, 1);
    },
    leave: () => worker.terminate(),
  };
}

if (!isMainThread) {
  const head = new Int32Array(workerData, 0, 2);
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (let seen = 0; ; seen = Atomics.load(head, 0)) {
    Atomics.wait(nap, 0, 0, PATIENCE);
    if (seen === 0 || Atomics.load(head, 0) !== seen) continue;
    const frame = Buffer.from(workerData, 8, head[1]).toString('hex');
    // written directly, since the main thread, which does the printing, hangs
    writeSync(1, `BROKEN: no next frame within ${PATIENCE} ms; the last one: ${frame}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
}
