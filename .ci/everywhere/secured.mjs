// The router of the smokes: an open realm, and one that joe enters by every method.
export const SECRET = '4a38'.repeat(16);

/** Options for createRouter(). */
export async function securedRealms({ acceptCryptosign, acceptScram, acceptTicket, acceptWampCra }, publicKeyOf) {
  const auth = [
    acceptTicket({ joe: 'hush' }),
    acceptWampCra({ joe: { secret: 'hush', salt: 'salt', iterations: 1000, keylen: 32 } }),
    acceptScram({ joe: { password: 'hush', kdf: 'pbkdf2', iterations: 4096 } }),
    acceptCryptosign({ [await publicKeyOf(SECRET)]: 'joe' }),
  ];
  return { realms: { realm1: {}, secured: { auth } } };
}
