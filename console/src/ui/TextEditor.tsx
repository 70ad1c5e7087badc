import { type Ref, useId, useImperativeHandle, useRef } from "react";
import { type Mark, markedText, offsetOf } from "./marked-text.ts";
import "./editor.css";

export interface TextEditorHandle {
  /** Puts the caret at a line and column, from 1. */
  goTo(line: number, column: number): void;
}

interface TextEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly marks: readonly Mark[];
  /** What the marks say, by id of the element that says it. */
  readonly describedBy?: string;
  readonly maxLength: number;
  readonly isReadOnly?: boolean;
  readonly ref?: Ref<TextEditorHandle>;
}

/** As high as its text, so that line numbers, marks and text scroll as one with the page. */
const LINES_MIN = 8;

/**
 * A plain text area with line numbers and marked places: the browser's own editing, undo and reading aloud. The marks are
 * drawn by the same text below it, so they cannot be anywhere else. Tab leaves it, as everywhere.
 */
export function TextEditor({
  label,
  value,
  onChange,
  marks,
  describedBy,
  maxLength,
  isReadOnly,
  ref,
}: TextEditorProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const drawn = useRef<HTMLPreElement>(null);
  const lines = value.split("\n").length;
  const faulty = new Set(marks.map(({ start }) => start.line));
  useImperativeHandle(ref, () => ({
    goTo: (line, column) => {
      const at = offsetOf(area.current?.value ?? "", { line, column });
      area.current?.focus();
      area.current?.setSelectionRange(at, at);
    },
  }));
  return (
    <div className="editor">
      <label htmlFor={id}>{label}</label>
      <div className="editor-frame" data-faulty={marks.length > 0 || undefined}>
        <div className="editor-lines" aria-hidden="true">
          {Array.from({ length: lines }, (_, i) => i + 1).map((line) => (
            <span key={line} data-faulty={faulty.has(line) || undefined}>
              {line}
            </span>
          ))}
        </div>
        <div className="editor-text">
          <pre ref={drawn} aria-hidden="true">
            {markedText(value, marks).map(({ text, isMarked, at }) =>
              isMarked ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
            )}
            {"\n"}
          </pre>
          <textarea
            ref={area}
            id={id}
            value={value}
            onChange={(event) => onChange(event.currentTarget.value)}
            onScroll={(event) => {
              if (drawn.current) drawn.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
            rows={Math.max(lines, LINES_MIN)}
            wrap="off"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            maxLength={maxLength}
            readOnly={isReadOnly}
            aria-invalid={marks.length > 0 || undefined}
            aria-describedby={describedBy}
          />
        </div>
      </div>
    </div>
  );
}
