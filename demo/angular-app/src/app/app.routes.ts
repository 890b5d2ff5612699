import { inject } from '@angular/core';
import { Router, type Routes } from '@angular/router';
import { resolveCall, whenJoined } from 'rxwamp/angular';
import { SHOP } from './apis';
import { Prices } from './pages/prices';

export const routes: Routes = [
  { path: '', component: Prices },
  { path: 'search', loadComponent: () => import('./pages/search').then((m) => m.Search) },
  {
    path: 'tea/:id',
    resolve: { tea: resolveCall('shop.tea', ({ params }) => [params['id']], { client: SHOP }) },
    loadComponent: () => import('./pages/tea').then((m) => m.TeaPage),
  },
  {
    path: 'order',
    canActivate: [whenJoined({ timeout: 3000, otherwise: () => inject(Router).parseUrl('/') })],
    loadComponent: () => import('./pages/order').then((m) => m.Order),
  },
  { path: 'login', loadComponent: () => import('./pages/login-form').then((m) => m.LoginForm) },
  // clients of their own, which leave the realm with their route
  { path: 'teas', loadChildren: () => import('./pages/catalogue') },
  { path: 'office', loadChildren: () => import('./pages/office') },
  { path: 'ways', loadChildren: () => import('./ways') },
];
