// Messages as they stand in the specification: text → fields, and back again to the same text.
import type { Dict } from '../../src/protocol/payload.ts';
import { describeMessage, parseMessage } from '../../src/protocol/messages.ts';

const VECTORS: readonly (readonly [text: string, fields: Dict])[] = [
  [
    '[1,"somerealm",{"roles":{"publisher":{},"subscriber":{}}}]',
    { type: 1, realm: 'somerealm', details: { roles: { publisher: {}, subscriber: {} } } },
  ],
  ['[2,9129137332,{"roles":{"broker":{}}}]', { type: 2, session: 9129137332, details: { roles: { broker: {} } } }],
  [
    '[3,{"message":"The realm does not exist."},"wamp.error.no_such_realm"]',
    { type: 3, details: { message: 'The realm does not exist.' }, reason: 'wamp.error.no_such_realm' },
  ],
  ['[4,"ticket",{}]', { type: 4, method: 'ticket', extra: {} }],
  ['[5,"secret!!!",{}]', { type: 5, signature: 'secret!!!', extra: {} }],
  [
    '[6,{"message":"The host is shutting down now."},"wamp.close.system_shutdown"]',
    { type: 6, details: { message: 'The host is shutting down now.' }, reason: 'wamp.close.system_shutdown' },
  ],
  [
    '[8,48,7814135,{},"com.myapp.error.object_write_protected",["Object is write protected."],{"severity":3}]',
    {
      type: 8,
      requestType: 48,
      request: 7814135,
      details: {},
      error: 'com.myapp.error.object_write_protected',
      args: ['Object is write protected.'],
      kwargs: { severity: 3 },
    },
  ],
  [
    '[16,239714735,{"acknowledge":true,"exclude_me":false},"com.myapp.mytopic1",[],{"color":"orange","sizes":[23,42,7]}]',
    {
      type: 16,
      request: 239714735,
      options: { acknowledge: true, exclude_me: false },
      topic: 'com.myapp.mytopic1',
      args: [],
      kwargs: { color: 'orange', sizes: [23, 42, 7] },
    },
  ],
  ['[17,239714735,4429313566]', { type: 17, request: 239714735, publication: 4429313566 }],
  [
    '[32,713845233,{"match":"prefix"},"com.myapp.topic"]',
    { type: 32, request: 713845233, options: { match: 'prefix' }, topic: 'com.myapp.topic' },
  ],
  ['[33,713845233,5512315355]', { type: 33, request: 713845233, subscription: 5512315355 }],
  ['[34,85346237,5512315355]', { type: 34, request: 85346237, subscription: 5512315355 }],
  ['[35,85346237]', { type: 35, request: 85346237 }],
  [
    '[35,0,{"subscription":1293722,"reason":"wamp.error.no_longer_authorized"}]',
    { type: 35, request: 0, details: { subscription: 1293722, reason: 'wamp.error.no_longer_authorized' } },
  ],
  [
    '[36,5512315355,4429313566,{"publisher":1231412,"topic":"com.myapp.topic"},["Hello, world!"]]',
    {
      type: 36,
      subscription: 5512315355,
      publication: 4429313566,
      details: { publisher: 1231412, topic: 'com.myapp.topic' },
      args: ['Hello, world!'],
    },
  ],
  [
    '[48,7814135,{"receive_progress":true,"timeout":1000},"com.myapp.user.new",["johnny"],{"firstname":"John"}]',
    {
      type: 48,
      request: 7814135,
      options: { receive_progress: true, timeout: 1000 },
      procedure: 'com.myapp.user.new',
      args: ['johnny'],
      kwargs: { firstname: 'John' },
    },
  ],
  ['[49,7814135,{"mode":"kill"}]', { type: 49, request: 7814135, options: { mode: 'kill' } }],
  ['[50,7814135,{"progress":true},[30]]', { type: 50, request: 7814135, details: { progress: true }, args: [30] }],
  [
    '[64,25349185,{"invoke":"roundrobin"},"com.myapp.myprocedure1"]',
    { type: 64, request: 25349185, options: { invoke: 'roundrobin' }, procedure: 'com.myapp.myprocedure1' },
  ],
  ['[65,25349185,2103333224]', { type: 65, request: 25349185, registration: 2103333224 }],
  ['[66,788923562,2103333224]', { type: 66, request: 788923562, registration: 2103333224 }],
  ['[67,788923562]', { type: 67, request: 788923562 }],
  ['[67,0,{"registration":1293722}]', { type: 67, request: 0, details: { registration: 1293722 } }],
  [
    '[68,6131533,9823527,{"caller":3335656,"procedure":"com.myapp.procedure.search"},["Hello"]]',
    {
      type: 68,
      request: 6131533,
      registration: 9823527,
      details: { caller: 3335656, procedure: 'com.myapp.procedure.search' },
      args: ['Hello'],
    },
  ],
  ['[69,6131533,{"mode":"killnowait"}]', { type: 69, request: 6131533, options: { mode: 'killnowait' } }],
  ['[70,6131533,{},[],{"userid":123}]', { type: 70, request: 6131533, options: {}, args: [], kwargs: { userid: 123 } }],
  ['[337,4429313566]', { type: 337, publication: 4429313566 }],
];

describe('messages of the specification', () => {
  for (const [text, fields] of VECTORS) {
    it(text, () => {
      const message = parseMessage(JSON.parse(text));
      expect(describeMessage(message)).toEqual(fields);
      expect(JSON.stringify(message)).toBe(text);
    });
  }

  // of Autobahn's and nexus' habits, those that a client must take
  const NULLS: readonly (readonly [text: string, meant: string])[] = [
    ['[36,1,2,{},null,{"a":1}]', '[36,1,2,{},[],{"a":1}]'],
    ['[50,1,{},null]', '[50,1,{}]'],
    ['[68,1,2,{},[1],null]', '[68,1,2,{},[1]]'],
  ];
  for (const [text, meant] of NULLS) {
    it(`${text} means ${meant}`, () => {
      expect(JSON.stringify(parseMessage(JSON.parse(text)))).toBe(meant);
    });
  }
});
