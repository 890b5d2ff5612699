import type { Message } from '../protocol/messages.ts';
import type { Serializer } from '../serializers/serializer.ts';

/** Whether a serializer can write a message: NaN, say, is a value in CBOR and none in JSON. */
export function canWrite(serializer: Serializer, message: Message): boolean {
  try {
    serializer.encode(message);
    return true;
  } catch {
    return false;
  }
}
