import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { topicResource } from 'rxwamp/angular';
import { NEWS } from './apis';
import { Badge } from './badge';
import { Greeting } from './greeting';

@Component({
  selector: 'app-root',
  imports: [Badge, RouterLink, RouterOutlet],
  template: `
    <header>
      <app-badge />
      <h1>{{ greeting.text() }}</h1>
      <nav>
        <a routerLink="/">Prices</a> <a routerLink="/teas">Teas</a> <a routerLink="/search">Search</a>
        <a routerLink="/order">Order</a> <a routerLink="/office">Office</a> <a routerLink="/ways/resource">Ways</a>
      </nav>
    </header>
    <router-outlet />
    <footer>{{ headline.value() }}</footer>
  `,
  styles: `
    nav {
      display: flex;
      flex-wrap: wrap;
      gap: 1rem;
    }
    footer {
      margin-top: 2rem;
      font-style: italic;
    }
  `,
})
export class App {
  protected readonly greeting = inject(Greeting);
  protected readonly headline = topicResource('news.headline', { client: NEWS, getRetained: true });
}
