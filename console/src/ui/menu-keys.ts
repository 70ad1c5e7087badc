/** Which item a key leads to, by the ARIA menu pattern: arrows go round, a letter finds the next that starts so. */
export function nextMenuIndex(key: string, current: number, labels: readonly string[]): number | null {
  const { length } = labels;
  if (length === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (current + 1) % length;
    case "ArrowUp":
      return (current <= 0 ? length : current) - 1;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return key.length === 1 && key !== " " ? startingWith(key.toLowerCase(), current, labels) : null;
  }
}

function startingWith(letter: string, current: number, labels: readonly string[]): number | null {
  for (let step = 1; step <= labels.length; step += 1) {
    const index = (current + step) % labels.length;
    if (labels[index]?.toLowerCase().startsWith(letter)) return index;
  }
  return null;
}
