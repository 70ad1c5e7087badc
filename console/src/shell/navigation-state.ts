let isAfterNavigation = false;

/** False on the first page: a fresh load starts where the browser starts. */
export function hasNavigated(): boolean {
  return isAfterNavigation;
}

export function noteNavigation(): void {
  isAfterNavigation = true;
}
