import { inject } from '@angular/core';
import { Router, type Routes } from '@angular/router';
import { resolveCall, whenJoined } from 'rxwamp/angular';
import { SHOP } from './apis';
import { Prices } from './pages/prices';

export const routes: Routes = [
  { path: '', title: 'Prices', component: Prices },
  { path: 'search', title: 'Search', loadComponent: () => import('./pages/search').then((m) => m.Search) },
  {
    path: 'tea/:id',
    title: 'Tea',
    resolve: { tea: resolveCall('shop.tea', ({ params }) => [params['id']], { client: SHOP }) },
    loadComponent: () => import('./pages/tea').then((m) => m.TeaPage),
  },
  {
    path: 'order',
    title: 'Order',
    canActivate: [whenJoined({ timeout: 3000, otherwise: () => inject(Router).parseUrl('/') })],
    loadComponent: () => import('./pages/order').then((m) => m.Order),
  },
  { path: 'login', title: 'Sign in', loadComponent: () => import('./pages/login-form').then((m) => m.LoginForm) },
  // clients of their own, which leave the realm with their route
  { path: 'teas', title: 'Teas', loadChildren: () => import('./pages/catalogue') },
  { path: 'office', title: 'Office', loadChildren: () => import('./pages/office') },
  { path: 'ways', title: 'Ways', loadChildren: () => import('./ways') },
];
