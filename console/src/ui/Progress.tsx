/** How far; the words beside it say the same in numbers. */
export function Progress({
  label,
  done,
  failed = 0,
  total,
}: {
  label: string;
  done: number;
  failed?: number;
  total: number;
}) {
  const share = (count: number) => `${total === 0 ? 0 : (100 * count) / total}%`;
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={done + failed}
    >
      <span className="progress-done" style={{ width: share(done) }} />
      <span className="progress-failed" style={{ width: share(failed) }} />
    </div>
  );
}
