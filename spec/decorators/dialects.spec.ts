import * as shop from './shop.ts';
import { behaves } from './suite.ts';

// by whatever compiles these specs: in Node and in the browser the standard dialect
behaves('compiled as these specs are', shop, true);
