// A router that only looks like one, so that it is never what is measured: it reads the head of a message, splices the
// request id into an answer made beforehand, and writes all answers to one chunk with one system call. Ids are random
// 53-bit numbers, as Crossbar.io's are. Started by main.mjs, with one connection at a time.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { codec } from './codecs.mjs';
import { asText, PAYLOADS } from './payloads.mjs';
import { FORMATS } from './formats.mjs';

const HEAD = 160;
/** A prime: what follows each other is far apart, and all have their turn. */
const STRIDE = 389;
const CONTROL = Buffer.from('bench.ctl.');
const ACKNOWLEDGE = Buffer.from('acknowledge');
const ROLES = {
  broker: { features: {} },
  dealer: { features: { progressive_call_results: true, call_canceling: true } },
};
const id53 = () => 2 ** 52 + Math.floor(Math.random() * 2 ** 52);

class Connection {
  constructor(socket, serializer) {
    this.socket = socket;
    this.format = FORMATS[serializer];
    this.codec = codec(serializer);
    this.json = serializer === 'json';
    this.out = Buffer.allocUnsafe(1 << 18);
    this.from = this.at = 0;
    this.topics = new Map();
    this.registrations = new Map();
    this.pending = Buffer.alloc(0);
    this.skip = 0;
    this.invocation = 0;
    this.answer('small');
    this.published = this.template(17, [id53()]);
  }

  encode(value) {
    return Buffer.from(this.codec.encode(value));
  }

  args(name) {
    return this.json ? asText(PAYLOADS[name]) : PAYLOADS[name];
  }

  /** What goes before and behind the id in a message whose second element it is. */
  template(code, rest) {
    return this.format.template(code, rest, (value) => this.encode([value]).subarray(1));
  }

  answer(payload) {
    this.result = this.template(50, [{}, this.args(payload)]);
  }

  /** Room for so many bytes; what was written is never written again, since the socket may hold it. */
  room(size) {
    if (this.at + size <= this.out.length) return;
    this.flush();
    this.out = Buffer.allocUnsafe(Math.max(1 << 18, size));
    this.from = this.at = 0;
  }

  flush() {
    if (this.at > this.from) this.socket.write(this.out.subarray(this.from, this.at));
    this.from = this.at;
  }

  header(length) {
    const { out } = this;
    out[this.at++] = this.json ? 0x81 : 0x82;
    if (length < 126) out[this.at++] = length;
    else if (length < 65_536) {
      out[this.at++] = 126;
      this.at = out.writeUInt16BE(length, this.at);
    } else {
      out[this.at++] = 127;
      this.at = out.writeBigUInt64BE(BigInt(length), this.at);
    }
  }

  splice({ before, behind }, source, start, end) {
    const length = before.length + end - start + behind.length;
    this.room(length + 10);
    this.header(length);
    this.at += before.copy(this.out, this.at);
    this.at += source.copy(this.out, this.at, start, end);
    this.at += behind.copy(this.out, this.at);
  }

  send(message) {
    const frame = this.encode(message);
    this.room(frame.length + 10);
    this.header(frame.length);
    this.at += frame.copy(this.out, this.at);
  }

  /** A chunk from the socket. */
  receive(chunk) {
    if (this.skip > 0) {
      const taken = Math.min(this.skip, chunk.length);
      this.skip -= taken;
      chunk = chunk.subarray(taken);
      if (this.skip > 0) return;
      this.message(this.head, this.head.length, true);
    }
    const data = this.pending.length > 0 ? Buffer.concat([this.pending, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const left = data.length - at;
      if (left < 14 && (left < 2 || left < headerSize(data[at + 1]))) break;
      const size = headerSize(data[at + 1]);
      let length = data[at + 1] & 0x7f;
      if (length === 126) length = data.readUInt16BE(at + 2);
      else if (length === 127) length = Number(data.readBigUInt64BE(at + 2));
      const known = Math.min(length, HEAD);
      if (left < size + known) break;
      if ((data[at] & 0x0f) === 8) return void this.socket.end();
      const start = at + size;
      for (let i = 0; i < known; i++) data[start + i] ^= data[start - 4 + (i & 3)];
      if (left < size + length) {
        this.head = data.subarray(start, start + known);
        this.skip = length - (left - size);
        at = data.length;
        break;
      }
      at = start + length;
      this.message(data.subarray(start, start + known), length, length > known);
    }
    this.pending = at < data.length ? Buffer.from(data.subarray(at)) : data.subarray(0, 0);
    this.flush();
  }

  message(head) {
    const { code, start, end } = this.format.head(head);
    if (code === 48) {
      if (head.indexOf(CONTROL) >= 0) this.control(this.codec.decode(head), head.subarray(start, end));
      else this.splice(this.result, head, start, end);
    } else if (code === 70) this.yielded();
    else if (code === 16) {
      if (head.indexOf(ACKNOWLEDGE) >= 0) this.splice(this.published, head, start, end);
    } else this.handshake(code, head);
  }

  handshake(code, head) {
    if (code === 1) {
      this.send([2, id53(), { roles: ROLES }]);
      return;
    }
    if (code === 6) this.send([6, {}, 'wamp.close.goodbye_and_out']);
    if (code !== 32 && code !== 64) return;
    const [, request, , uri] = this.codec.decode(head);
    const ids = code === 32 ? this.topics : this.registrations;
    if (!ids.has(uri)) ids.set(uri, id53());
    this.send([code + 1, request, ids.get(uri)]);
  }

  control(message, id) {
    const [, , , procedure, [first, second]] = message;
    switch (procedure.split('.')[2]) {
      case 'answer':
        this.answer(first);
        break;
      case 'events':
        this.splice(this.result, id, 0, id.length);
        this.flood(first, this.events(second));
        return;
      case 'progress': {
        const part = this.template(50, [{ progress: true }, this.args(second)]);
        const frames = this.frames(Math.min(first, this.batch(part.behind.length)), () =>
          this.splice(part, id, 0, id.length),
        );
        this.flood(first, frames, () => {
          this.splice(this.result, id, 0, id.length);
          this.flush();
        });
        return;
      }
      case 'invoke':
        this.left = this.waiting = first;
        this.invoked = Buffer.from(id);
        this.calls = this.invocations(message[4][2]);
        for (let i = 0; i < second; i++) this.invoke();
        return;
      case 'never':
        return;
    }
    this.splice(this.result, id, 0, id.length);
  }

  invoke() {
    if (this.left-- <= 0) return;
    const id = this.format.id(++this.invocation);
    this.splice(this.calls[(this.invocation * STRIDE) % this.calls.length], id, 0, id.length);
  }

  yielded() {
    if (--this.waiting === 0) this.splice(this.result, this.invoked, 0, this.invoked.length);
    else this.invoke();
  }

  batch(size) {
    return Math.max(1, Math.min(256, Math.floor(2 ** 20 / size)));
  }

  /** Frames in one piece, and where each ends. */
  frames(count, write) {
    this.flush();
    this.room(1 << 20);
    const ends = [];
    const parts = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      write(i);
      parts.push(Buffer.from(this.out.subarray(this.from, this.at)));
      total += this.at - this.from;
      ends.push(total);
      this.at = this.from;
    }
    return { data: Buffer.concat(parts), ends };
  }

  /** An event for each topic in turn, neighbours far apart. Made once for each payload. */
  events(payload) {
    if (this.made?.payload === payload) return this.made;
    const ids = [...this.topics.values()];
    const { behind } = this.template(36, [id53(), {}, this.args(payload)]);
    const count = Math.ceil(this.batch(behind.length) / ids.length) * ids.length;
    this.made = this.frames(count, (i) => {
      const topic = this.format.id(ids[(i * STRIDE) % ids.length]);
      this.splice(this.template(36, [id53(), {}, this.args(payload)]), topic, 0, topic.length);
    });
    this.made.payload = payload;
    return this.made;
  }

  /** What calls each registration in turn. Made once for each payload. */
  invocations(payload) {
    const made = this.calls;
    if (made?.payload === payload && made.length === this.registrations.size) return made;
    const args = this.args(payload);
    const calls = Array.from(this.registrations.values(), (id) => this.template(68, [id, {}, args]));
    calls.payload = payload;
    return calls;
  }

  /** Writes the next `count` frames, as fast as the other side takes them; after the last one the first. */
  flood(count, frames, then) {
    this.flush();
    const { data, ends } = frames;
    let { next = 0 } = frames;
    const write = () => {
      while (count > 0) {
        const end = Math.min(next + count, next + 256, ends.length);
        const piece = data.subarray(next > 0 ? ends[next - 1] : 0, ends[end - 1]);
        count -= end - next;
        frames.next = next = end % ends.length;
        if (!this.socket.write(piece) && count > 0) return void this.socket.once('drain', write);
      }
      then?.();
    };
    write();
  }
}

/** Bytes before the payload of a masked frame. */
const headerSize = (second) => ((second & 0x7f) === 127 ? 14 : (second & 0x7f) === 126 ? 8 : 6);

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  let request = '';
  const upgrade = (chunk) => {
    request += chunk.toString('latin1');
    if (!request.includes('\r\n\r\n')) return;
    socket.off('data', upgrade);
    const [, serializer] = /^sec-websocket-protocol:.*wamp\.2\.(\w+)/im.exec(request);
    const [, key] = /^sec-websocket-key: *(\S+)/im.exec(request);
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    lines.push(`Sec-WebSocket-Accept: ${accept}`, `Sec-WebSocket-Protocol: wamp.2.${serializer}`, '', '');
    socket.write(lines.join('\r\n'));
    const connection = new Connection(socket, serializer);
    socket.on('data', (data) => connection.receive(data));
  };
  socket.on('data', upgrade);
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
// ends with who started it
process.on('disconnect', () => process.exit(0));
