/** As in 2026-11-22 00:56:19, in the zone of this process. */
export function dateAndTime(epochMs: number): string {
  const date = new Date(epochMs);
  const day = `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
  return `${day} ${timeOfDay(epochMs)}`;
}

/** As in 00:56:19, in the zone of this process. */
export function timeOfDay(epochMs: number): string {
  const date = new Date(epochMs);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

function twoDigits(value: number): string {
  return `${value}`.padStart(2, '0');
}
