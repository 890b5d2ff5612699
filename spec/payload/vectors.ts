// Facts of Autobahn|Python 26 with PyNaCl: what its KeyRing makes of these keys with this nonce.

export const ALICE = {
  priv: '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
  pub: '07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c',
  priv64: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=',
  pub64: 'B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw=',
};
export const BOB = {
  priv: '4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60',
  pub: '64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d48466',
  priv64: 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVpbXF1eX2A=',
  pub64: 'ZLEBsdC+WocEvQePmJUAH8A+jp+VIvGI3RKNmEbUhGY=',
};
export const SHARED = 'f8d48c0771b2fab0580110626883f7671e7d0001a6823f3ad9e93d8ef177e8fc';
export const NONCE = '6465666768696a6b6c6d6e6f707172737475767778797a7b';

/** Sealed payloads. Alice is the originator, Bob the responder. */
export const FRAMES = {
  // com.myapp.topic1 ["hello", 23, null] {"unit": "°C"}
  event:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b1375a186da833c123c1103683483c795d3b99ed85016d57f4d79255d1962e852' +
    'f69a2dc51141e9ac8fa59c97a8d1bf7bff9d7b89fdbc044fc673125736b6aca7a999b5f35bd79cc052776f1c0f49b6b39666fd03858f6a7983bd90',
  // com.myapp.add2 [2, 3]
  call:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b2d059b1b6a40abab94c63206fd37b162d3b99ed85016d57f4d79255d1962e852' +
    'f69a38ce051aa8b18fe8cc91a994f602f7ea6abcb4f20357852d471738e2b7bea9a8e4',
  // com.myapp.raw [b'\x00\x01\xff'] {}
  bytes:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b419da5041fb6b4085fc6e9a28c8a4ab8d3b99ed85016d57f4d79255d1962e852' +
    'f69a2bcb160aa6bfccfbd985f88c977b99b369d1a8e02961ac70023936fab2bca4b6fea2129a86cf48',
  // com.myapp.add2 [5], by the responder
  result:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b303317daba139f14cb75eab1aac1721dd3b99ed85016d57f4d79255d1962e852' +
    'f69a38ce051aa8b18fe8cc91a994f602f09b75c3f3a70952832c025e74adb5a7b8',
  // com.myapp.error.bad ["no"] {"code": 7}, by the responder
  error:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b4db0cbbb041637c520dab83a76bea58ed3b99ed85016d57f4d79255d1962e852' +
    'f69a3cd81347f8b3cfe8dad4f694ad2ba2b57bdbc3f2064fc6020c4671afb8b9a2b7bbeb4b829edd51616f1c4316be',
  // a.b [1], by a ring whose default key is Alice's private one
  byDefault:
    '6465666768696a6b6c6d6e6f707172737475767778797a7b1ddbec7a3d0aaadf21984ebcc03589861426a1bd9b288e8dc288e47e99ab405d' +
    'edc08eec5d94eb6ee46128811347b45e9546ee221c01',
};

/** Frames of Autobahn's serializers: EVENT 5 7 with the sealed event. JSON as text, the others in hexadecimal. */
export const EVENT_FRAMES = {
  json:
    '[36,5,7,{"enc_algo":"cryptobox","enc_serializer":"json"},"\\u0000ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7E3WhhtqDPBI8EQNoNIPHldO5nthQ' +
    'FtV/TXklXRli6FL2mi3FEUHprI+lnJeo0b97/517if28BE/GcxJXNrasp6mZtfNb15zAUndvHA9JtrOWZv0DhY9qeYO9kA=="]',
  msgpack: `9524050782a8656e635f616c676fa963727970746f626f78ae656e635f73657269616c697a6572a46a736f6ec473${FRAMES.event}`,
  cbor: `8518240507a268656e635f616c676f6963727970746f626f786e656e635f73657269616c697a6572646a736f6e5873${FRAMES.event}`,
};

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const fromHex = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
