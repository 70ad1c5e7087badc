import { useFormats } from "../messages/LocaleProvider.tsx";
import { useNowMs } from "./now.ts";

/** Relative, with the exact time and its zone on hover. */
export function Time({ at }: { at: string }) {
  const formats = useFormats();
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={formats.dateTime(at)} className="nowrap">
      {formats.relative(at, Math.max(nowMs, Date.now()))}
    </time>
  );
}

export function ExactTime({ at }: { at: string }) {
  return (
    <time dateTime={at} className="number">
      {useFormats().dateTime(at)}
    </time>
  );
}
