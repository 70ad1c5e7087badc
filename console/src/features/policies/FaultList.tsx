import type { PolicyChecked } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { Mark } from "../../ui/Mark.tsx";

interface FaultListProps {
  readonly id: string;
  readonly faults: PolicyChecked["faults"];
  readonly isChecking: boolean;
  readonly onGo: (line: number, column: number) => void;
}

/** What the official engine has against the text; each fault leads to its place. */
export function FaultList({ id, faults, isChecking, onGo }: FaultListProps) {
  const { policies: text } = useMessages();
  return (
    <div id={id} role="status">
      {faults.length === 0 ? (
        <Mark tone={isChecking ? "quiet" : "ok"}>{isChecking ? text.checking : text.noFaults}</Mark>
      ) : (
        <ul className="stack-tight">
          {faults.map(({ message, hint, start: { line, column } }) => (
            <li key={`${line} ${column} ${message}`} className="fault">
              <Button look="bare" onClick={() => onGo(line, column)}>
                {text.place(line, column)}
              </Button>
              <span>
                {message}
                {hint !== null && <span className="quiet">. {hint}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
