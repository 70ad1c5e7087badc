import { useMessages } from "../messages/LocaleProvider.tsx";
import { Button } from "../ui/Button.tsx";
import { CodeBlock } from "../ui/CodeBlock.tsx";
import { PopOver } from "../ui/PopOver.tsx";

export interface EquivalentCalls {
  /** Absent where no command does the same. */
  readonly cli?: string;
  readonly api: string;
}

export function ApiAndCli({ calls }: { calls: EquivalentCalls }) {
  const { apiAndCli } = useMessages().general;
  return (
    <PopOver
      label={apiAndCli.title}
      width={520}
      trigger={
        <Button icon="terminal" look="bare">
          {apiAndCli.button}
        </Button>
      }
    >
      <div className="stack">
        <CallsList calls={calls} />
      </div>
    </PopOver>
  );
}

export function CallsList({ calls }: { calls: EquivalentCalls }) {
  const { apiAndCli } = useMessages().general;
  return (
    <>
      {calls.cli && (
        <div className="stack-tight">
          <span className="quiet">{apiAndCli.cli}</span>
          <CodeBlock code={calls.cli} label={apiAndCli.cli} />
        </div>
      )}
      <div className="stack-tight">
        <span className="quiet">{apiAndCli.api}</span>
        <CodeBlock code={calls.api} label={apiAndCli.api} />
      </div>
    </>
  );
}
