import { Program } from '../helpers/program.ts';

interface Rendered {
  readonly html: string;
  readonly took: number;
  readonly calls: number;
}
type Results = Record<'silent' | 'dial' | 'transfer' | 'no router', Record<string, Rendered>>;

/** Milliseconds within which a page must be there: half a second of waiting, and the time of a busy machine. */
const SOON = 3000;

describe('Angular on a server', () => {
  let program: Program;
  let results: Results;

  beforeAll(async () => {
    program = new Program(['spec/node/angular/server.program.ts']);
    const [, json = ''] = await program.prints(/^RESULTS (.*)$/m);
    expect(await program.code).toBe(0);
    results = JSON.parse(json) as Results;
  }, 60_000);

  afterAll(() => program.signal('SIGKILL'));

  const shown = ({ html }: Rendered): string =>
    (/<app[^>]*>(.*?)<\/app>/s.exec(html)?.[1] ?? html).replaceAll(/<[^>]+>/g, '').trim();
  const allShown = (mode: keyof Results): Record<string, string> =>
    Object.fromEntries(Object.entries(results[mode]).map(([name, rendered]) => [name, shown(rendered)]));

  it('dials nothing by default: resources are idle, calls error, topics are silent, guards let pass', () => {
    expect(allShown('silent')).toEqual({
      topicResource: 'idle undefined',
      callResource: 'idle none',
      injectCall: 'false undefined WampError',
      injectProcedure: 'undefined',
      resource: 'error none',
      rxResource: 'error none',
      pendingUntilEvent: 'undefined',
      'a call without an error handler': 'rendered',
      status: 'idle',
      'guard and resolver': 'guard and resolversum 0',
      initializer: 'initializer',
      'withConnect()': 'withConnect()',
    });
  });

  for (const mode of ['dial', 'transfer'] as const) {
    it(`has the router's data in the page with withServer('${mode}')`, () => {
      expect(allShown(mode)).toEqual({
        topicResource: 'live 3',
        callResource: 'resolved 3',
        injectCall: 'false 3 no error',
        injectProcedure: 'com.app.hello',
        resource: 'resolved 3',
        rxResource: 'resolved 3',
        pendingUntilEvent: '3',
        'a call without an error handler': 'rendered',
        status: 'idle',
        'guard and resolver': 'guard and resolversum 3',
        initializer: 'initializer',
        'withConnect()': 'withConnect()',
      });
    });
  }

  it("hands over what resources and resolvers have, with 'transfer' alone", () => {
    for (const mode of ['silent', 'dial'] as const) {
      for (const { html } of Object.values(results[mode])) expect(html).not.toContain('"rxwamp ');
    }
    const state = (name: string): unknown => {
      const script = /<script id="ng-state"[^>]*>(.*?)<\/script>/s.exec(results.transfer[name]?.html ?? '')?.[1];
      const { __nghData__: _, ...rest } = JSON.parse(script ?? '{}') as Record<string, unknown>;
      return rest;
    };
    expect(state('topicResource')).toEqual({ 'rxwamp client com.shop.price': '[3]' });
    expect(state('callResource')).toEqual({ 'rxwamp client com.calc.add [1,2]': '[3]' });
    expect(state('guard and resolver')).toEqual({ 'rxwamp client com.calc.add [1,2]': '[3]' });
  });

  it('answers soon, with a router and without one', () => {
    const late = Object.entries(results).flatMap(([mode, pages]) =>
      Object.entries(pages).flatMap(([name, { took }]) => (took > SOON ? `${mode}, ${name}: ${took} ms` : [])),
    );
    expect(late).toEqual([]);
    expect(allShown('no router')['topicResource']).toBe('pending undefined');
    expect(allShown('no router')['callResource']).toBe('error none');
  });
});
