/** The text of a contract whose payloads are not known yet. */
export function contractOf(realm: string, procedures: readonly string[], topics: readonly string[]): string {
  const lines = (uris: readonly string[], payload: string): string =>
    uris.map((uri) => `    ${quoted(uri)}: ${payload};\n`).join('');
  return `// What realm ${realm} had when \`ng generate rxwamp:contract\` looked. A realm knows names alone: put in the types of
// arguments, results and events. \`wampRef<Api>()\` gives them to all functions of rxwamp/angular, \`injectWamp<Api>()\` to a client.
export interface Api {
  procedures: {
${lines(procedures, '{ args: unknown[]; kwargs?: Record<string, unknown>; result: unknown }')}  };
  topics: {
${lines(topics, '{ args: unknown[]; kwargs?: Record<string, unknown> }')}  };
}
`;
}

const quoted = (uri: string): string => `'${uri.replace(/['\\]/g, '\\$&')}'`;
