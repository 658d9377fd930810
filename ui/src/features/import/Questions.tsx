import { cx } from "@/components/class-names";
import type { ImportAnswer, ImportQuestion } from "@/ipc/types";

type Props = {
  questions: ImportQuestion[];
  answers: ImportAnswer[];
  onAnswer: (answer: ImportAnswer) => void;
};

/** What the file does not say clearly, e.g. a name that two clients have: asked, never guessed. */
export function Questions({ questions, answers, onAnswer }: Props) {
  if (questions.length === 0) {
    return null;
  }
  return (
    <section aria-label="Questions" className="grid max-h-64 gap-2 overflow-y-auto">
      {questions.map((question) => {
        const answer = answers.find((one) => one.key === question.key);
        const choices = [...question.choices, { id: null, label: "Leave these rows out" }];
        return (
          <fieldset key={question.key} className="rounded-lg bg-warn-soft px-3 py-2">
            <legend className="contents font-medium">{question.text}</legend>
            <p className="text-sm text-text-2">
              {question.rows === 1 ? "1 row waits for this." : `${question.rows} rows wait for this.`}
            </p>
            <div className="flex flex-wrap gap-x-5 gap-y-1 pt-1">
              {choices.map((choice) => {
                const on = answer !== undefined && answer.choice === choice.id;
                return (
                  <label
                    key={choice.id ?? "skip"}
                    className={cx("flex min-h-8 items-center gap-2", on && "font-medium")}
                  >
                    <input
                      type="radio"
                      name={`question-${question.key}`}
                      className="size-4 accent-accent"
                      checked={on}
                      onChange={() => onAnswer({ key: question.key, choice: choice.id })}
                    />
                    {choice.label}
                  </label>
                );
              })}
            </div>
          </fieldset>
        );
      })}
    </section>
  );
}
