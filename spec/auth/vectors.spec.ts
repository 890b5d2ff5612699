// Known answers: of the specification, of RFC 7677, of Autobahn's tests, and computed for the traps between them.
import { fromHex, toBase64, toHex, utf8 } from '../../src/auth/bytes.ts';
import { argon2id, pbkdf2, sha256 } from '../../src/auth/crypto.ts';
import { channelIdOf, signedMessage, signMessage, verifyMessage } from '../../src/auth/cryptosign-exchange.ts';
import { cryptosign } from '../../src/auth/cryptosign.ts';
import { cryptosignPublicKey } from '../../src/auth/cryptosign-key.ts';
import {
  scramBinding,
  scramKeys,
  scramMessage,
  scramProof,
  scramServerSignature,
  type ScramCosts,
  type ScramDialect,
} from '../../src/auth/scram-exchange.ts';
import { deriveCraKey, signCra, wampcra } from '../../src/auth/wampcra.ts';
import { resolve, fromMaybeAsync } from '../../src/async.ts';
import { firstValueFrom } from 'rxjs';
import { attempt, withoutSubtle } from './helpers.ts';

const bytes = (hex: string): Uint8Array<ArrayBuffer> => fromHex(hex)!;

const CHALLENGE =
  '{ "nonce":"LHRTC9zeOIrt_9U3", "authprovider":"userdb", "authid":"peter", "timestamp":"2014-06-22T16:36:25.448Z", ' +
  '"authrole":"user", "authmethod":"wampcra", "session":3251278072152162 }';

const KEYS = [
  {
    seed: '4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510',
    pub: '1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d',
    challenge: 'ff'.repeat(32),
    plain:
      'b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03',
    bound:
      '9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f',
    message: '9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00',
  },
  {
    seed: 'd511fe78e23934b3dadb52fcd022974b80bd92bccc7c5cf404e46cc0a8a2f5cd',
    pub: '6ed32739ff04a6074044ff0b0e3bfc7c856bc9d5f1d25efc57363bda0af3a8b0',
    challenge: 'b26c1f87c13fc1da14997f1b5a71995dff8fbe0a62fae8473c7bdbd05bfb607d',
    plain:
      'd4209ad10d5aff6bfbc009d7e924795de138a63515efc7afc6b01b7fe5201372190374886a70207b042294af5bd64ce725cd8dceb344e6d11c09d1aaaf4d660f',
    bound:
      '305aaa3ac25e98f651427688b3fc43fe7d8a68a7ec1d7d61c61517c519bd4a427c3015599d83ca28b4c652333920223844ef0725eb5dc2febfd6af7677b73f01',
    message: 'd0852a29b460fc92ec943242ac638a053bbacc200512b18b30d15083cbdc9282',
  },
  {
    seed: '6e1fde9cf9e2359a87420b65a87dc0c66136e66945196ba2475990d8a0c3a25b',
    pub: '28e11f427b82b9a625ee7ac89a7d29326b505f2dc11dd88c1245f83b6da79a85',
    challenge: 'b05e6b8ad4d69abf74aa3be3c0ee40ae07d66e1895b9ab09285a2f1192d562d2',
    plain:
      '7beb282184baadd08f166f16dd683b39cab53816ed81e6955def951cb2ddad1ec184e206746fd82bda075af03711d3d5658fc84a76196b0fa8d1ebc92ef9f30b',
    bound:
      'ee3c7644fd8070532bc1fde3d70d742267da545d8c8f03e63bda63f1ad4214f4d2c4bfdb4eb9526def42deeb7e31602a6ff99eba893e0a4ad4d45892ca75e608',
    message: 'd2b75e24a189a7f78ca776ba36fc53f6c3e31c32f251f2c524f0a44202f2902d',
  },
];
/** SHA-256 of `some TLS message`. */
const CHANNEL = '62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff';

interface ScramCase {
  readonly name: string;
  readonly dialect?: ScramDialect;
  readonly password?: string;
  readonly authid?: string;
  readonly clientNonce?: string;
  readonly nonce?: string;
  readonly costs?: Partial<ScramCosts>;
  readonly bound?: Uint8Array;
  readonly c?: string;
  /** SaltedPassword is not kept: its keys are. */
  readonly keys?: readonly [client: string, stored: string, server: string];
  readonly proof: string;
  readonly signature: string;
}

const SCRAM: readonly ScramCase[] = [
  {
    name: 'of RFC 7677',
    clientNonce: 'rOprNGfwEbeRWgbNEkqO',
    nonce: 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    costs: { salt: 'W22ZaJ0SNY7soEsUEjb6gQ==' },
    c: 'biws',
    keys: [
      'a60fc923d67e8644a92d16b96eda5ef4656b0c725c484374be25535576996e8b',
      '586e5df283e6dceb5c3e791d8b8528ec191e664045ce971792e2e6b5bb13e2a6',
      'c1f3cbc1c13a9d35a14c0990eed97629ea225863e566a4314ab99f3f00e5d9d5',
    ],
    proof: 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    signature: '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
  {
    name: 'with the nonces of the specification',
    keys: [
      'b303f8b5aa5a1bedca27f9348b4ad24ddbd8bf3b9ffea027bc60010f4338264a',
      'd1f0abec4618f18c284b455032d112ed804607b0e510b7c2b0521e3af953ce47',
      '682b71788a06b87566b32779d102f34976563e0608f6b8d9a8667b95dc8d99ce',
    ],
    proof: 'L1uwjEEL7BdbtlWMKxNcQ1A/CmNjct+7xdAguB/rpnA=',
    signature: 'AyTAljdPHv74Zx+gn+6DqiFnl4XOZUXpC7k/pSkjBOg=',
  },
  {
    name: 'bound to the channel',
    bound: Uint8Array.from({ length: 32 }, (_, i) => i),
    c: 'cD10bHMtdW5pcXVlLCwAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw==',
    proof: 'ZoKa7jDHFNEo+2DTV3KtBX1m7/s3y3/3+g0GOu+uZac=',
    signature: 'dyoomVFA3mSZUCdCfMM144QU0GeouG/XoDXsvE/vBpU=',
  },
  {
    name: 'with a name that must be escaped',
    authid: 'a,b=c',
    proof: 'VPLSfX35QmGZqQOZEg7aW2w935/EPcvGMiyobC4WniM=',
    signature: '+Z+G9K0OJJi2ifdr3c7IMB1D/LqVnbVKuYoMQ51RDpw=',
  },
  {
    name: 'from Argon2id',
    costs: { kdf: 'argon2id13', iterations: 2, memory: 64 },
    proof: '6+2ZvcrCf0HHYJlf7+5ebYUjWo1VLXyJmcHunkh1Zf8=',
    signature: '3XAyh6MCyKHI1/i22jpr9EGC2cOxWdlnNWtSdGpWADo=',
  },
  {
    name: "in Autobahn's dialect",
    dialect: 'scram',
    password: 'p4ssw0rd',
    authid: 'username',
    clientNonce: '31323334353637383930616263646566',
    nonce: '1234567890abcdeffedcba0987654321',
    costs: { kdf: 'argon2id13', salt: '31323334353637383930616263646566', iterations: 32, memory: 512 },
    c: '',
    proof: 'f5r3loERzGVSuimE+lvO0bWna2zyswBo0HrZkaaEy38=',
    signature: 'hNxIqEr5aKBN23w/LWOZ7s71mf5zfEIIE9Rn2baeXck=',
  },
];

function suite(): void {
  it('WAMP-CRA: plain', async () => {
    expect(await signCra('L3L1YUE8Txlw', '[1, 2, 3]')).toBe('1njQtmmeYO41N5EWEzD2kAjjEKRZ5kPZt/TzpYXOzR0=');
    expect(toHex(await sha256(utf8(CHALLENGE)))).toBe(
      '19f3cc65cd0abd5d56fa2117de7144f5b6337ae765419df2a42dc7d25a2c558d',
    );
    expect(await signCra('secret', CHALLENGE)).toBe('NWktSrMd4ItBSAKYEwvu1bTY7G/sSyjKbz+pNP9c04A=');
  });

  it('WAMP-CRA: salted, where the key is the text of the derived one', async () => {
    expect(await deriveCraKey('L3L1YUE8Txlw', 'salt123', 1000, 32)).toBe(
      'qzcdsr9uu/L5hnss3kjNTRe490ETgA70ZBaB5rvnJ5Y=',
    );
    const key = await deriveCraKey('password', 'salt123');
    expect(key).toBe('XX9AIwVx2pYcnIAm+U69vjdUImcvNehHD5atN4rwDb0=');
    expect(await signCra(key, CHALLENGE)).toBe('hk/2riA2JqydfL5wLoicrYfAt8uNeP6nikk9kqDhsnM=');
    expect(await signCra(key, CHALLENGE)).not.toBe('qczWyhq0mAtfNeqPCxorzlcz0t4jns97XBUHoTu2Brs=');
  });

  it('WAMP-CRA: through the authenticator', async () => {
    const answer = (secret: string, extra: object): Promise<unknown> =>
      firstValueFrom(
        fromMaybeAsync(() =>
          wampcra({ authid: 'peter', secret }).challenge('wampcra', { challenge: CHALLENGE, ...extra }, 1, attempt()),
        ),
      );
    expect(await answer('secret', {})).toEqual({ signature: 'NWktSrMd4ItBSAKYEwvu1bTY7G/sSyjKbz+pNP9c04A=' });
    expect(await answer('password', { salt: 'salt123', iterations: 1000, keylen: 32 })).toEqual({
      signature: 'hk/2riA2JqydfL5wLoicrYfAt8uNeP6nikk9kqDhsnM=',
    });
    // the protocol's defaults
    expect(await answer('password', { salt: 'salt123' })).toEqual({
      signature: 'hk/2riA2JqydfL5wLoicrYfAt8uNeP6nikk9kqDhsnM=',
    });
  });

  for (const known of SCRAM) {
    it(`SCRAM: ${known.name}`, async () => {
      const { dialect = 'wamp-scram', authid = 'user', password = 'pencil', bound } = known;
      const { clientNonce = 'egVDf3DMJh0=', nonce = 'egVDf3DMJh0=SBmkFIh7sSo=' } = known;
      const costs: ScramCosts = { kdf: 'pbkdf2', salt: 'aBc+fx0NAVA=', iterations: 4096, ...known.costs };
      const binding = scramBinding(dialect, bound && { type: 'tls-unique', data: bound });
      if (known.c !== undefined) expect(binding).toBe(known.c);
      const keys = (await scramKeys(password, costs, dialect))!;
      if (known.keys) expect([keys.clientKey, keys.storedKey, keys.serverKey].map(toHex)).toEqual([...known.keys]);
      const message = scramMessage(dialect, { authid, clientNonce, nonce, binding }, costs);
      expect(await scramProof(keys, message)).toBe(known.proof);
      expect(toBase64(await scramServerSignature(keys.serverKey, message))).toBe(known.signature);
    });
  }

  it('SCRAM: derivation alone', async () => {
    const hex = async (key: Promise<Uint8Array>): Promise<string> => toHex(await key);
    const pencil = (salt: string): Promise<string> =>
      hex(
        pbkdf2(
          utf8('pencil'),
          Uint8Array.from(atob(salt), (c) => c.charCodeAt(0)),
          4096,
          32,
        ),
      );
    expect(await pencil('W22ZaJ0SNY7soEsUEjb6gQ==')).toBe(
      'c4a49510323ab4f952cac1fa99441939e78ea74d6be81ddf7096e87513dc615d',
    );
    expect(await pencil('aBc+fx0NAVA=')).toBe('4073f00b9b900fb7cbe2de11a72871f4b981616c85329569c7807f849ad23e38');
    const salt = Uint8Array.from(atob('aBc+fx0NAVA='), (c) => c.charCodeAt(0));
    expect(await hex(argon2id(utf8('pencil'), salt, 2, 64))).toBe(
      'bcfed86d58eeeabcb4ae51014ad494cd590eeef7f5090d4b55c22021dfcf9db3',
    );
    const text = utf8('1234567890abcdef');
    expect(await hex(argon2id(utf8('p4ssw0rd'), text, 32, 512))).toBe(
      'ee4a8acf9d5958354fb79a95ae20692d05e42591ba49fae85eb6700e8b0ed293',
    );
    expect(await hex(pbkdf2(utf8('p4ssw0rd'), text, 8, 32))).toBe(
      'f6991a28c75f43751e0d75499fd7b8649f659118ddc1d61cee5883af547d15f5',
    );
  });

  KEYS.forEach(({ seed, pub, challenge, plain, bound, message }, i) => {
    it(`cryptosign: key and challenge ${i + 1}, with and without a channel`, async () => {
      expect(await cryptosignPublicKey(seed)).toBe(pub);
      expect(await signMessage(bytes(seed), bytes(challenge))).toBe(plain + challenge);
      const id = await channelIdOf('tls-unique', utf8('some TLS message'));
      expect(toHex(id)).toBe(CHANNEL);
      const signed = signedMessage(bytes(challenge), id);
      expect(toHex(signed)).toBe(message);
      expect(await signMessage(bytes(seed), signed)).toBe(bound + message);
      expect(await verifyMessage(bytes(pub), bound + message, signed)).toBeTrue();
      expect(await verifyMessage(bytes(pub), bound + message, bytes(challenge))).toBeFalse();
    });
  });

  it('cryptosign: through the authenticator, with the key in all its forms', async () => {
    const { seed, pub, challenge, plain, bound, message } = KEYS[1]!;
    const forms = [seed, seed.toUpperCase(), bytes(seed), seed + pub, bytes(seed + pub), () => bytes(seed)];
    for (const privateKey of forms) {
      const authenticator = cryptosign({ privateKey });
      const plainly = attempt();
      expect(await firstValueFrom(resolve(() => authenticator.hello(plainly)))).toEqual({ authextra: { pubkey: pub } });
      expect(
        await firstValueFrom(
          fromMaybeAsync(() => authenticator.challenge('cryptosign', { challenge, channel_binding: null }, 1, plainly)),
        ),
      ).toEqual({ signature: plain + challenge });
    }
    const binding = cryptosign({ privateKey: seed, channelBinding: 'tls-unique' });
    const over = attempt({ channelBinding: () => utf8('some TLS message') });
    await firstValueFrom(resolve(() => binding.hello(over)));
    const details = { authextra: {} };
    binding.opened?.(details, over);
    expect(details).toEqual({ authextra: { channel_binding: 'tls-unique' } });
    const extra = { challenge, channel_binding: 'tls-unique' };
    expect(await firstValueFrom(fromMaybeAsync(() => binding.challenge('cryptosign', extra, 1, over)))).toEqual({
      signature: bound + message,
    });
  });

  it("cryptosign: the specification's example of a router that proves itself", async () => {
    const challenge = 'bbae60ea44cdd7b20dc7010a618b0f0803fab25a817520b4b7f057299b524deb';
    const signature =
      'fd5128d2d207ba58a9d1d6f41b72c747964ad9d1294077b3b1eee6130b05843ab12c53c7f2519f73d4feb82db19d8ca0fc26b62bde6518e79a882f5795bc9f00' +
      challenge;
    const router = bytes('4a3838f6fe75251e613329d53fc69b262d5eac97fb1d73bebbaed4015b53c862');
    expect(await verifyMessage(router, signature, bytes(challenge))).toBeTrue();
    expect(await verifyMessage(router, `00${signature.slice(2)}`, bytes(challenge))).toBeFalse();
  });
}

describe('authentication gives the known answers', () => {
  describe('with crypto.subtle', suite);
  describe('without crypto.subtle', () => {
    withoutSubtle();
    suite();
  });
});
