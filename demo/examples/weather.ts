/**
 * All four roles in one class: a procedure that calls another one, and a topic whose events are published to another.
 *
 *     npx rxwamp run weather.js#WeatherApp
 */
import { map } from 'rxjs';
import type { Wamp, WampEvent } from 'rxwamp';
import { Procedure, Topic } from 'rxwamp/decorators';

export class WeatherApp {
  readonly #wamp: Wamp;

  constructor(wamp: Wamp) {
    this.#wamp = wamp;
  }

  @Procedure('get_weather')
  getWeather() {
    return this.#wamp.call('another.example.app.endpoint').pipe(map(({ value }) => value));
  }

  @Topic('global-weather')
  weatherEvents({ value }: WampEvent) {
    this.#wamp.publish('wampy-weather', [value]);
  }
}
