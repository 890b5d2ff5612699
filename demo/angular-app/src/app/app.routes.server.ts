import { RenderMode, type ServerRoute } from '@angular/ssr';

export const serverRoutes: ServerRoute[] = [
  { path: 'tea/:id', renderMode: RenderMode.Server },
  { path: 'teas', renderMode: RenderMode.Server },
  { path: '**', renderMode: RenderMode.Prerender },
];
