import { useMessages } from "../messages/LocaleProvider.tsx";
import { Mark } from "./Mark.tsx";
import { useNowMs } from "./now.ts";
import { Time } from "./Time.tsx";

/** When something stops to count; `never` says what stands for no such time. */
export function Expiry({ at, never }: { at: string | null; never?: string }) {
  const { general } = useMessages();
  const nowMs = useNowMs();
  if (at === null) return <span className="quiet">{never ?? general.never}</span>;
  return Date.parse(at) <= Math.max(nowMs, Date.now()) ? (
    <Mark tone="warn">{general.expired}</Mark>
  ) : (
    <Time at={at} />
  );
}
