import type { LifecycleEvent } from 'rxwamp';

/** How an event is drawn: as in a marble diagram, a value is a disc, an error a cross and an end a bar. */
export type Shape = 'disc' | 'ring' | 'cross' | 'bar' | 'dot';

/** An event in the life of the link, ready to be shown. */
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
  return { type, time, text: tell(event), ...looks[type] };
}

/** What an event has to say beyond its name. */
function tell(event: LifecycleEvent): string {
  switch (event.type) {
    case 'connect':
      return `${event.transport.type}, ${event.transport.serializer}`;
    case 'challenge':
      return event.method;
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
