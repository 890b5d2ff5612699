import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { ProjectPanel } from './calls/project-panel.ts';
import { SearchPanel } from './calls/search-panel.ts';
import { ServiceCalls } from './calls/service-calls.ts';
import { WalkPanel } from './calls/walk-panel.ts';
import { Controls } from './link/controls.ts';
import { InspectorDrawer } from './link/inspector-drawer.ts';
import { StatusButton } from './link/status-button.ts';
import { StreamsPanel } from './streams/streams-panel.ts';
import { Theme } from './theme.ts';
import { RolesPanel } from './together/roles-panel.ts';
import { TogetherPanel } from './together/together-panel.ts';

@Component({
  selector: 'app-root',
  imports: [
    Controls,
    InspectorDrawer,
    ProjectPanel,
    RolesPanel,
    SearchPanel,
    ServiceCalls,
    StatusButton,
    StreamsPanel,
    TogetherPanel,
    WalkPanel,
  ],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './app.html',
  styleUrl: './app.css',
})
export class App {
  protected readonly theme = inject(Theme);
  protected readonly inspecting = signal(false);
}
