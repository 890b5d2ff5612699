// The commands of `register --exec`, without a command line.
import { firstValueFrom } from 'rxjs';
import { Executor } from '../../src/cli/exec.ts';
import { ApplicationError } from '../../src/protocol/errors.ts';

const call = { args: [], kwargs: {}, details: { procedure: 'spec.exec', toJSON: () => ({}) } } as never;

describe('A command of register --exec', () => {
  it('that is too long for the operating system is an error that says so, and leaves room for the next', async () => {
    const executor = new Executor(`true ${'#'.repeat(200_000)}`, 1, 0);
    for (let i = 0; i < 2; i++) {
      const error: unknown = await firstValueFrom(executor.run(call)).catch((each: unknown) => each);
      expect(error).toBeInstanceOf(ApplicationError);
      expect((error as Error).message).toMatch(/command could not be run: .*too long \(E2BIG\)/);
    }
    await executor.idle();
  });
});
