import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { type GuidePart, providerOf, readGuide } from "./providers.ts";
import "./sso.css";

/** What to do at the provider, in its own words, with each address of ours at the place where it is entered. */
export function Guide({ connection }: { connection: SsoConnection }) {
  const { ssoGuides } = useMessages();
  return (
    <ol className="guide">
      {ssoGuides[providerOf(connection)][connection.kind].map((step) => (
        <li key={step}>
          {readGuide(step).map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
            <Part key={index} part={part} connection={connection} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Part({ part, connection }: { part: GuidePart; connection: SsoConnection }) {
  const { sso } = useMessages();
  switch (part.kind) {
    case "screen":
      return <strong>{part.text}</strong>;
    case "typed":
      return <code>{part.text}</code>;
    case "address":
      return <CodeBlock code={connection.addresses[part.name]} label={sso.addresses[part.name]} />;
    case "text":
      return part.text;
    default:
      return part satisfies never;
  }
}
