import { programs } from '../helpers/program.ts';

describe('Angular with zone.js', () => {
  const start = programs();

  it('becomes stable whatever the client does, and checks for what is observed inside the zone alone', async () => {
    const [, json = ''] = await start(['spec/node/angular/zone.program.ts']).prints(/^RESULTS (.*)$/m);
    expect(JSON.parse(json)).toEqual({
      stable: {
        joined: true,
        'with a call under way': true,
        'waiting, with a countdown': true,
        'with what waits for a session': true,
      },
      inZone: {
        onSubscribed: true,
        event: true,
        handler: true,
        registration: true,
        status$: true,
        session$: true,
        'event of a session': true,
        'event outside': false,
      },
      turns: { 'observed in the zone': 1, 'observed outside': 0, 'observed by a session': 1 },
    });
  }, 30_000);

  it('delivers frames in tick() of a test with fakeAsync(), and in settled() of others, without timers in the zone', async () => {
    const program = start(['spec/node/angular/fake-async.program.ts']);
    const [, json = ''] = await program.prints(/^RESULTS (.*)$/m);
    expect(JSON.parse(json)).toEqual(['live', 3, 3, 'live', 'name 2', false]);
    expect(program.out).not.toContain('ERROR');
  }, 30_000);
});
