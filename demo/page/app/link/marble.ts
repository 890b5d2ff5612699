import type { LifecycleEvent } from 'rxwamp';

/** The shape of an event, as in a marble diagram: a value is a disc, an error a cross, an end a bar. */
export type Shape = 'disc' | 'ring' | 'cross' | 'bar' | 'dot';

/** A lifecycle event, prepared for display. */
export interface Marble {
  readonly type: string;
  readonly time: number;
  readonly shape: Shape;
  readonly tone: 'good' | 'busy' | 'wait' | 'bad' | 'still';
  readonly text: string;
}

const looks: Readonly<Record<LifecycleEvent['type'], Pick<Marble, 'shape' | 'tone'>>> = {
  connect: { shape: 'ring', tone: 'busy' },
  challenge: { shape: 'disc', tone: 'busy' },
  insecure: { shape: 'dot', tone: 'bad' },
  join: { shape: 'disc', tone: 'good' },
  ready: { shape: 'ring', tone: 'good' },
  heal: { shape: 'dot', tone: 'wait' },
  leave: { shape: 'bar', tone: 'still' },
  disconnect: { shape: 'cross', tone: 'bad' },
  connectfailure: { shape: 'cross', tone: 'wait' },
  publisherror: { shape: 'dot', tone: 'bad' },
};

export function marble(event: LifecycleEvent): Marble {
  const { type, time } = event;
  return { type, time, text: textOf(event), ...looks[type] };
}

/** The text of an event beside its name. */
function textOf(event: LifecycleEvent): string {
  switch (event.type) {
    case 'connect':
      return `${event.transport.type}, ${event.transport.serializer}`;
    case 'challenge':
      return event.method;
    case 'insecure':
      return `${event.method} in the clear`;
    case 'join':
      return `session ${String(event.session.id)}`;
    case 'ready':
      return 'all streams confirmed';
    case 'heal':
      return `${event.stream.uri}: ${event.error.message}, again in ${String(Math.round(event.delay))} ms`;
    case 'leave':
      return event.reason;
    case 'disconnect':
      return event.wasClean ? 'in good order' : (event.error?.message ?? 'the link was lost');
    case 'connectfailure':
      return `attempt ${String(event.attempt)}: ${event.error.message}`;
    case 'publisherror':
      return event.topic;
  }
}
