import { useQuery } from "@tanstack/react-query";
import { cosignedAt, parseVerifierKey } from "../../../../src/sdk/audit/note.ts";
import type { AuditState } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";

/** Who may cosign, and whether this checkpoint bears their signature: verified here, by their own keys. */
export function Witnesses({ state }: { state: AuditState }) {
  const { audit } = useMessages();
  const seen = useQuery({
    queryKey: ["witnesses", state.checkpoint],
    queryFn: () => cosignedTimes(state),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  return (
    <ul className="stack-tight">
      {state.witnesses.map(({ name }) => {
        const at = seen?.get(name);
        return (
          <li key={name} className="row">
            <span className="mono">{name}</span>
            {at ? (
              <>
                <Mark tone="ok">{audit.checkpoint.cosigned}</Mark> <Time at={at} />
              </>
            ) : (
              <Mark tone="quiet">{audit.checkpoint.notCosigned}</Mark>
            )}
          </li>
        );
      })}
    </ul>
  );
}

async function cosignedTimes({ witnesses, checkpoint }: AuditState): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>();
  for (const { name, key } of witnesses) {
    const witness = await parseVerifierKey(key);
    const at = witness && (await cosignedAt(checkpoint, witness).catch(() => undefined));
    if (at) seen.set(name, at.toISOString());
  }
  return seen;
}
