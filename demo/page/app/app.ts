import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { ProjectPanel } from './calls/project-panel.ts';
import { SearchPanel } from './calls/search-panel.ts';
import { ServiceCalls } from './calls/service-calls.ts';
import { WalkPanel } from './calls/walk-panel.ts';
import { EventLog } from './link/event-log.ts';
import { LinkPanel } from './link/link-panel.ts';
import { SessionPanel } from './link/session-panel.ts';
import { StatusBadge } from './link/status-badge.ts';
import { StreamsPanel } from './streams/streams-panel.ts';
import { TopicsPanel } from './streams/topics-panel.ts';
import { Theme } from './theme.ts';

@Component({
  selector: 'app-root',
  imports: [
    EventLog,
    LinkPanel,
    ProjectPanel,
    SearchPanel,
    ServiceCalls,
    SessionPanel,
    StatusBadge,
    StreamsPanel,
    TopicsPanel,
    WalkPanel,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './app.html',
  styleUrl: './app.css',
})
export class App {
  protected readonly theme = inject(Theme);
}
