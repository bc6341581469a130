/** What time it is for metering. A test that meters a month is its own clock. */
export class Clock {
  now(): Date {
    return new Date();
  }
}
