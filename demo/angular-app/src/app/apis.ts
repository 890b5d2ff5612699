// What the routers offer, as types, and a ref for each client.
import { wampRef } from 'rxwamp/angular';

export interface Tea {
  id: string;
  name: string;
  price: number;
}

export interface ShopApi {
  procedures: {
    'shop.greeting': () => string;
    'shop.teas': () => Tea[];
    'shop.tea': (id: string) => Tea;
    'shop.search': (words: string) => Tea[];
    'shop.order': { args: [tea: string, grams: number]; result: string; progress: number };
    'shop.token': (name: string, password: string) => string;
  };
  topics: { 'shop.price': { args: [tea: Tea] } };
}

export interface NewsApi {
  topics: { 'news.headline': { args: [line: string] } };
}

export interface OfficeApi {
  procedures: { 'office.stock': () => { name: string; kilos: number }[] };
  topics: { 'office.order': { args: [order: { tea: string; grams: number }] } };
}

/** The client of `provideWamp()` without a ref, typed. */
export const SHOP = wampRef<ShopApi>();
export const NEWS = wampRef<NewsApi>('news');
export const OFFICE = wampRef<OfficeApi>('office');
/** The shop once more, for the page whose values come with it from the server. */
export const CATALOGUE = wampRef<ShopApi>('catalogue');
