import { Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { topicResource } from 'rxwamp/angular';
import { NEWS } from './apis';
import { Badge } from './badge';
import { Greeting } from './greeting';

@Component({
  selector: 'app-root',
  imports: [Badge, RouterLink, RouterLinkActive, RouterOutlet],
  template: `
    <header>
      <h1>{{ greeting.text() }}</h1>
      <app-badge />
      <nav>
        @for (page of pages; track page.path) {
          <a
            [routerLink]="page.path"
            routerLinkActive="here"
            ariaCurrentWhenActive="page"
            [routerLinkActiveOptions]="{ exact: page.path === '/' }"
            >{{ page.name }}</a
          >
        }
      </nav>
    </header>
    <main><router-outlet /></main>
    <footer>{{ headline.value() }}</footer>
  `,
  styles: `
    header {
      display: grid;
      grid-template-columns: 1fr auto;
      align-items: baseline;
    }
    nav {
      grid-column: 1 / -1;
      display: flex;
      flex-wrap: wrap;
      margin-bottom: 1.5rem;
      border-bottom: 1px solid var(--line);
    }
    nav a {
      padding: 0 clamp(0.25rem, 1.2vw, 0.75rem);
      line-height: 2.75rem;
      text-decoration: none;
    }
    .here {
      box-shadow: inset 0 -3px var(--leaf);
      font-weight: 600;
    }
    footer {
      margin-top: 2rem;
      font-style: italic;
    }
  `,
})
export class App {
  protected readonly pages = [
    { path: '/', name: 'Prices' },
    { path: '/teas', name: 'Teas' },
    { path: '/search', name: 'Search' },
    { path: '/order', name: 'Order' },
    { path: '/office', name: 'Office' },
    { path: '/ways', name: 'Ways' },
  ];
  protected readonly greeting = inject(Greeting);
  protected readonly headline = topicResource('news.headline', { client: NEWS, getRetained: true });
}
