import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { sessionQuery } from "../session/queries.ts";
import { useActorName } from "./use-actor-name.ts";

/** `user:0198…` as "User Ada Lovelace": the kind in words, and the name; where none is known, the rest as it is written. */
export function ActorName({ actor, isShort = false }: { actor: string; isShort?: boolean }) {
  const { audit } = useMessages();
  const [kind = "", ...rest] = actor.split(":");
  const id = rest.join(":");
  const name = useActorName(kind, id);
  return (
    <span title={actor}>
      <span className="quiet">{audit.actors[kind] ?? kind}</span>
      {name !== undefined && ` ${name}`}
      {id !== "" && (name === undefined || !isShort) && (
        <>
          {" "}
          <ActorId kind={kind} id={id} isShort={isShort} />
        </>
      )}
    </span>
  );
}

/** Staff open a user by it where no name is known. */
function ActorId({ kind, id, isShort }: { kind: string; id: string; isShort: boolean }) {
  const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(id);
  const mayOpen = useQuery({ ...sessionQuery, enabled: false }).data?.permissions.includes("users.read");
  const text = isShort && isId ? `…${id.slice(-8)}` : id;
  if (isId && kind === "user" && mayOpen) {
    return (
      <Link to="/people/$userId" params={{ userId: id }} className="mono nowrap">
        {text}
      </Link>
    );
  }
  return <span className={isId ? (isShort ? "mono nowrap" : "mono") : ""}>{text}</span>;
}
