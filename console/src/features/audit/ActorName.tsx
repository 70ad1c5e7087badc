import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useActorName } from "./use-actor-name.ts";

/** `user:0198…` as "User Ada Lovelace": the kind in words, and the name; where none is known, the rest as it is written. */
export function ActorName({ actor, isShort = false }: { actor: string; isShort?: boolean }) {
  const { audit } = useMessages();
  const [kind = "", ...rest] = actor.split(":");
  const id = rest.join(":");
  const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id);
  const name = useActorName(kind, id);
  return (
    <span title={actor}>
      <span className="quiet">{audit.actors[kind] ?? kind}</span>
      {name !== undefined && ` ${name}`}
      {id !== "" && (name === undefined || !isShort) && (
        <>
          {" "}
          <span className={isId ? "mono" : ""}>{isShort && isId ? `…${id.slice(-8)}` : id}</span>
        </>
      )}
    </span>
  );
}
