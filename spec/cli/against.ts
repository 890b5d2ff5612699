// What the command line does with any router: for the test router on its transports, and for real ones.
import { fresh } from '../helpers/live.ts';
import { cliStarter, type Surroundings } from '../helpers/cli.ts';

/** How to reach a router. */
export interface CliTarget {
  /** The options that lead to it: `--url`, `--realm`, `--serializer` … */
  readonly args: () => readonly string[];
  readonly surroundings?: () => Surroundings;
  /** Whether it has a meta API that this session may use. */
  readonly meta?: boolean;
}

/** Processes take their time to start. */
const PATIENCE = 60_000;

/** A command whose answer a spec sets. */
const ANSWERS = `case "$RXWAMP_ARGS" in
  '["steps"]') echo 1; echo 2; echo 3 ;;
  '["whole"]') echo '{"args": [1, 2], "kwargs": {"unit": "kg"}}' ;;
  '["error"]') echo '{"error": "com.spec.error.sold_out", "args": ["no tea"], "kwargs": {"left": 0}}' ;;
  '["broken"]') echo 1; exit 3 ;;
  *) cat ;;
esac`;

/** Specifies the command line against a router; to be called inside `describe`. */
export function cliAgainst({ args, surroundings = () => ({}), meta = true }: CliTarget): void {
  const starter = cliStarter();
  const cli = (...given: string[]) => starter([...given, ...args()], surroundings());

  it(
    'answers calls by a command: results, progress, errors, exit codes',
    async () => {
      const procedure = fresh('exec');
      const callee = cli('register', procedure, '--exec', ANSWERS, '--verbose');
      await callee.tells(/registered spec\./);

      const whole = cli('call', procedure, 'whole');
      expect(await whole.code).toBe(0);
      expect(whole.out).toBe('{"args":[1,2],"kwargs":{"unit":"kg"}}\n');

      const steps = cli('call', procedure, 'steps', '--progress');
      expect(await steps.code).toBe(0);
      expect(steps.values).toEqual([1, 2, 3]);

      const last = cli('call', procedure, 'steps');
      expect(await last.code).toBe(0);
      expect(last.out).toBe('3\n');

      const printed = cli('call', procedure, '{"n": [1, null]}', 'text', '--kw', 'x=-1.5', '--kw', 'name=a=b');
      expect(await printed.code).toBe(0);
      expect(printed.values).toEqual([
        jasmine.objectContaining({ procedure, args: [{ n: [1, null] }, 'text'], kwargs: { x: -1.5, name: 'a=b' } }),
      ]);

      const error = cli('call', procedure, 'error');
      expect(await error.code).toBe(1);
      expect(error.out).toBe('');
      expect(error.err).toBe(`rxwamp: ${procedure}: com.spec.error.sold_out: no tea (kwargs: {"left":0})\n`);

      const broken = cli('call', procedure, 'broken');
      expect(await broken.code).toBe(1);
      expect(broken.err).toContain('the command ended with exit code 3');

      callee.signal('SIGINT');
      expect(await callee.code).toBe(130);
      const gone = cli('call', procedure);
      expect(await gone.code).toBe(1);
      expect(gone.err).toContain('wamp.error.no_such_procedure');
    },
    PATIENCE,
  );

  it(
    'prints what others publish, line by line, until it has enough',
    async () => {
      const topic = fresh('news');
      const reader = cli('subscribe', topic, '--times', '2', '--show', 'payload', '--verbose');
      await reader.tells(/subscribed to spec\./);
      const first = cli('publish', topic, '1', 'two', '--kw', 'three={"3": true}');
      expect(await first.code).toBe(0);
      expect(first.values).toEqual([{ acknowledged: true, publication: jasmine.any(Number) }]);
      await reader.prints(/\n/);
      const second = cli('publish', topic, '--no-acknowledge');
      expect(await second.code).toBe(0);
      expect(second.out).toBe('{"acknowledged":false}\n');
      expect(await reader.code).toBe(0);
      expect(reader.values).toEqual([
        { args: [1, 'two'], kwargs: { three: { '3': true } } },
        { args: [], kwargs: {} },
      ]);
    },
    PATIENCE,
  );

  if (!meta) return;
  it(
    'shows what a realm holds, and follows it',
    async () => {
      const procedure = fresh('shown');
      const watcher = cli('meta', 'registrations', '--follow', '--json');
      const callee = cli('register', procedure, '--exec', 'cat', '--option', 'invoke=roundrobin');
      const [line] = await watcher.prints(new RegExp(`^.*${procedure}.*$`, 'm'));
      expect(JSON.parse(line)).toEqual(
        jasmine.objectContaining({
          kind: 'registration',
          change: 'added',
          uri: procedure,
          match: 'exact',
          invoke: 'roundrobin',
        }),
      );
      const table = cli('meta', 'sessions', 'registrations');
      expect(await table.code).toBe(0);
      expect(table.out).toMatch(/^sessions: \d+\n +session +authid +authrole +authmethod\n/);
      expect(table.out).toMatch(new RegExp(`^registrations: \\d+\\n +id +uri.*\\n(.*\\n)*.* ${procedure} +exact`, 'm'));
      callee.signal('SIGTERM');
      expect(await callee.code).toBe(143);
      await watcher.prints(new RegExp(`"change":"removed".*${procedure}`));
      watcher.signal('SIGINT');
      expect(await watcher.code).toBe(130);
    },
    PATIENCE,
  );
}
