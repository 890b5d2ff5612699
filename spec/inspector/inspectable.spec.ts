import { z } from 'zod';
import { contract, type ApiOf } from '../../src/contract/index.ts';
import { WampClient } from '../../src/index.ts';
import type { Inspectable } from '../../src/inspector/index.ts';

const shop = contract({
  topics: { 'com.shop.price': { args: z.tuple([z.number()]) } },
  procedures: { 'com.shop.buy': { args: z.tuple([z.string()]), result: z.boolean() } },
});

describe('what can be inspected', () => {
  it('is every client, whatever its contract', () => {
    const options = { url: 'ws://localhost', realm: 'realm1' };
    const clients: Inspectable[] = [new WampClient<ApiOf<typeof shop>>(options), new WampClient(options)];
    expect(clients.map(({ status }) => status.state)).toEqual(['idle', 'idle']);
  });
});
