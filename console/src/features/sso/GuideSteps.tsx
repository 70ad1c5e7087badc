import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { type GuidePart, readGuide } from "./guide.ts";
import "./sso.css";

/** An address of ours that a step of a guide names. */
export interface GuideAddress {
  readonly label: string;
  readonly value: string;
}

interface GuideStepsProps {
  readonly steps: readonly string[];
  readonly addresses: Readonly<Record<string, GuideAddress>>;
}

/** What to do at another's screens, in their own words, with each address of ours at the place where it is entered. */
export function GuideSteps({ steps, addresses }: GuideStepsProps) {
  return (
    <ol className="guide">
      {steps.map((step) => (
        <li key={step}>
          {readGuide(step).map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
            <Part key={index} part={part} addresses={addresses} />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Part({ part, addresses }: { part: GuidePart; addresses: GuideStepsProps["addresses"] }) {
  switch (part.kind) {
    case "screen":
      return <strong>{part.text}</strong>;
    case "typed":
      return <code>{part.text}</code>;
    case "address": {
      const address = addresses[part.name];
      return address && <CodeBlock code={address.value} label={address.label} />;
    }
    case "text":
      return part.text;
    default:
      return part satisfies never;
  }
}
