import type { Message } from '../../src/protocol/messages.ts';
import { WireSubjects, type MessageSubject } from '../../src/inspector/wire-subjects.ts';

describe('WireSubjects', () => {
  let subjects: WireSubjects;
  let time = 0;
  const of = (direction: 'in' | 'out', ...message: readonly unknown[]): MessageSubject =>
    subjects.of({ direction, time: (time += 10), message: message as unknown as Message });
  beforeEach(() => {
    subjects = new WireSubjects();
  });

  it('knows the topic of an event by its subscription', () => {
    expect(of('out', 32, 1, {}, 'com.app.t')).toEqual({ uri: 'com.app.t' });
    expect(of('in', 33, 1, 77)).toEqual({ uri: 'com.app.t', after: 10 });
    expect(of('in', 36, 77, 5, {})).toEqual({ uri: 'com.app.t' });
    expect(of('in', 36, 77, 5, { topic: 'com.app.t.x' })).toEqual({ uri: 'com.app.t.x' });
    expect(of('out', 34, 2, 77)).toEqual({ uri: 'com.app.t' });
    expect(of('in', 35, 2)).toEqual({ uri: 'com.app.t', after: 10 });
    expect(of('in', 36, 78, 5, {})).toEqual({ uri: undefined });
  });

  it('follows a call through its results, and forgets it with the last', () => {
    of('out', 48, 3, {}, 'com.app.add', [1]);
    expect(of('in', 50, 3, { progress: true }, [1])).toEqual({ uri: 'com.app.add', after: 10 });
    expect(of('out', 49, 3, {})).toEqual({ uri: 'com.app.add' });
    expect(of('in', 8, 48, 3, {}, 'wamp.error.canceled')).toEqual({ uri: 'com.app.add', after: 30 });
    expect(of('in', 50, 3, {})).toEqual({});
  });

  it('follows an invocation, whose id may be that of a request', () => {
    of('out', 64, 1, {}, 'com.app.echo');
    of('in', 65, 1, 88);
    of('out', 48, 4, {}, 'com.app.other');
    expect(of('in', 68, 4, 88, {})).toEqual({ uri: 'com.app.echo' });
    expect(of('out', 70, 4, { progress: true })).toEqual({ uri: 'com.app.echo', after: 10 });
    expect(of('in', 69, 4, {})).toEqual({ uri: 'com.app.echo' });
    expect(of('out', 8, 68, 4, {}, 'wamp.error.canceled')).toEqual({ uri: 'com.app.echo', after: 30 });
    expect(of('in', 50, 4, {})).toEqual({ uri: 'com.app.other', after: 50 });
  });

  it('waits for answers only where there are some', () => {
    expect(of('out', 16, 5, {}, 'com.app.t')).toEqual({ uri: 'com.app.t' });
    expect(of('in', 17, 5, 900)).toEqual({});
    of('out', 16, 6, { acknowledge: true }, 'com.app.t');
    expect(of('in', 17, 6, 901)).toEqual({ uri: 'com.app.t', after: 10 });
  });

  it('learns what was confirmed before, and forgets all with a new session', () => {
    subjects.learn('topic', 77, 'com.app.t');
    subjects.learn('procedure', 88, 'com.app.p');
    expect(of('in', 36, 77, 5, {})).toEqual({ uri: 'com.app.t' });
    expect(of('in', 68, 1, 88, {})).toEqual({ uri: 'com.app.p' });
    of('in', 2, 1234, {});
    expect(of('in', 36, 77, 5, {})).toEqual({ uri: undefined });
  });

  it('keeps to a bound where answers never come', () => {
    for (let id = 1; id <= 10_001; id++) of('out', 48, id, {}, 'com.app.slow');
    expect(of('in', 50, 1, {})).toEqual({});
    expect(of('in', 50, 10_001, {}).uri).toBe('com.app.slow');
  });
});
