import { useMessages } from "../../messages/LocaleProvider.tsx";

/** `user:0198…` as "User 0198…": the kind in words, the rest as it is written. */
export function ActorName({ actor, isShort = false }: { actor: string; isShort?: boolean }) {
  const { audit } = useMessages();
  const [kind = "", ...rest] = actor.split(":");
  const name = rest.join(":");
  const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name);
  return (
    <span title={actor}>
      {audit.actors[kind] ?? kind}
      {name !== "" && (
        <>
          {" "}
          <span className={isId ? "mono" : ""}>{isShort && isId ? `…${name.slice(-8)}` : name}</span>
        </>
      )}
    </span>
  );
}
