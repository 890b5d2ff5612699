// Two routers and what the shop asks of them, in one process: `npm run backend`. Prints a line for each call.
import { parseArgs } from 'node:util';
import { concat, defer, interval, map, of, take, timer } from 'rxjs';
import { result, ticket, WampClient } from 'rxwamp';
import { acceptAnonymous, acceptTicket, createRouter } from 'rxwamp/router';
import { serveRouter } from 'rxwamp/router/node';

const { values: ports } = parseArgs({
  options: { shop: { type: 'string', default: '8080' }, office: { type: 'string', default: '8081' } },
});

const names = ['Assam', 'Ceylon', 'Darjeeling', 'Earl Grey', 'Genmaicha', 'Gunpowder', 'Keemun', 'Lapsang', 'Rooibos'];
const teas = names.map((name, i) => ({ id: name.toLowerCase().replace(' ', '-'), name, price: 4 + (i % 5) }));
const tokens = new Map([['of the backend', Infinity]]);

const shopRouter = createRouter({ realms: { shop: { auth: [acceptAnonymous()] } } });
const officeRouter = createRouter({
  realms: {
    news: { auth: [acceptAnonymous()] },
    office: { auth: [acceptTicket((token, { authid }) => (tokens.get(token) > Date.now() ? { authid } : undefined))] },
  },
});

const client = (router, realm, auth = []) => new WampClient({ realm, transports: [router.transport()], auth });
const shop = client(shopRouter, 'shop');
const news = client(officeRouter, 'news');
const office = client(officeRouter, 'office', [ticket({ authid: 'backend', ticket: 'of the backend' })]);

function register(wamp, uri, handler) {
  const printed = (invocation) => {
    console.log(`call ${uri} ${JSON.stringify(invocation.args)}`);
    invocation.signal.addEventListener('abort', () => console.log(`cancelled ${uri}`));
    return handler(...invocation.args);
  };
  wamp.register(uri, printed).subscribe();
}

register(shop, 'shop.greeting', () => 'Fresh from the mountains');
register(shop, 'shop.teas', () => teas);
register(shop, 'shop.tea', (id) => teas.find((tea) => tea.id === id));
register(shop, 'shop.search', (words) =>
  timer(400).pipe(map(() => result([teas.filter(({ name }) => name.toLowerCase().includes(words.toLowerCase()))]))),
);
let orders = 0;
register(shop, 'shop.order', (tea, grams) => {
  const percents = interval(40).pipe(
    take(50),
    map((step) => 2 * step),
  );
  const receipt = defer(() => {
    office.publish('office.order', [{ tea, grams }]);
    return of(result([`No. ${(orders += 1)}: ${grams} g of ${tea}`]));
  });
  return concat(percents, receipt);
});
register(shop, 'shop.token', (name, password) => {
  if (password !== 'tea') throw new Error('wrong password');
  const token = `${name} ${Math.random()}`;
  tokens.set(token, Date.now() + 10_000);
  return token;
});
office.subscribe('wamp.session.on_leave').subscribe(() => console.log('left the office'));
register(office, 'office.stock', () => teas.map(({ name }, i) => ({ name, kilos: 7 * (i + 1) })));

interval(500).subscribe((n) => {
  const tea = teas[n % teas.length];
  tea.price = Math.max(1, Math.round(10 * tea.price + 6 * Math.random() - 3) / 10);
  shop.publish('shop.price', [tea]);
});
news.publish('news.headline', ['First flush has arrived in the harbour'], {}, { retain: true });

const { url } = await serveRouter(shopRouter, { port: Number(ports.shop) });
const other = await serveRouter(officeRouter, { port: Number(ports.office) });
console.log(`shop on ${url}, news and office on ${other.url}`);
