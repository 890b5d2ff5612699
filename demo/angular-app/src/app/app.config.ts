import {
  inject,
  provideAppInitializer,
  provideBrowserGlobalErrorListeners,
  type ApplicationConfig,
} from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { provideRouter, withComponentInputBinding, withExperimentalAutoCleanupInjectors } from '@angular/router';
import { provideWamp, withErrorHandler } from 'rxwamp/angular';
import { NEWS } from './apis';
import { routes } from './app.routes';
import { Greeting } from './greeting';
import { ROUTERS } from './routers';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    // the client of a lazy route ends with its route
    provideRouter(routes, withComponentInputBinding(), withExperimentalAutoCleanupInjectors()),
    provideClientHydration(),
    provideWamp({ url: ROUTERS.shop, realm: 'shop' }, withErrorHandler()),
    provideWamp(NEWS, { url: ROUTERS.office, realm: 'news' }),
    provideAppInitializer(() => inject(Greeting).load()),
  ],
};
