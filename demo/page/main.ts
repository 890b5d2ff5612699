import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app.ts';
import { provideDashboardLink } from './app/link/provide.ts';

bootstrapApplication(App, { providers: [provideZonelessChangeDetection(), provideDashboardLink()] }).catch(
  (error: unknown) => {
    console.error(error);
  },
);
