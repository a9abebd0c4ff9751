import { messageOf } from "../core/errors.js";
import type { HintAnswer, PowerHint } from "../core/power-hints.js";
import type { PowerController } from "./power-controller.js";

/** What became of one hint. */
export interface HintStatus {
  readonly name: string;
  readonly held: boolean;
  /** The platform's last answer; absent before the first `active`. */
  readonly answer?: HintAnswer;
  /** The adapter broke its promise and rejected: what it said. */
  readonly problem?: string;
}

/**
 * Holds hints while the state is `active` and releases them in every other, and at `close`. What changes while the platform
 * still answers is caught up with afterwards, so the last state wins and nothing stays held.
 */
export class PowerHints {
  readonly #keepers: readonly Keeper[];
  readonly #unsubscribe: () => void;

  constructor(power: Pick<PowerController, "state" | "onChange">, hints: readonly PowerHint[]) {
    this.#keepers = hints.map((hint) => new Keeper(hint));
    const follow = (): void => {
      for (const keeper of this.#keepers) keeper.want(power.state === "active");
    };
    this.#unsubscribe = power.onChange(follow);
    follow();
  }

  status(): readonly HintStatus[] {
    return this.#keepers.map((keeper) => keeper.status());
  }

  /** Resolves when the platform has answered every wish so far. */
  async settled(): Promise<void> {
    await Promise.all(this.#keepers.map((keeper) => keeper.settled()));
  }

  /** Releases everything and follows no longer. */
  async close(): Promise<void> {
    this.#unsubscribe();
    for (const keeper of this.#keepers) keeper.want(false);
    await this.settled();
  }
}

/** One hint: what is wanted, what is so, and one call at a time between them. */
class Keeper {
  readonly #hint: PowerHint;
  #wanted = false;
  /** True from the moment `hold` is called: a rejected one may have held something. */
  #touched = false;
  #held = false;
  #answer: HintAnswer | undefined;
  #problem: string | undefined;
  #work: Promise<void> | undefined;

  constructor(hint: PowerHint) {
    this.#hint = hint;
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    if (this.#work === undefined && wanted !== this.#touched) this.#work = this.#catchUp();
  }

  async settled(): Promise<void> {
    await this.#work;
  }

  status(): HintStatus {
    return {
      name: this.#hint.name,
      held: this.#held,
      ...(this.#answer === undefined ? {} : { answer: this.#answer }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  /** Called with something to do, so that it ends no sooner than `#work` is set. */
  async #catchUp(): Promise<void> {
    while (this.#wanted !== this.#touched) {
      const holding = this.#wanted;
      this.#touched = holding;
      try {
        if (holding) {
          this.#answer = await this.#hint.hold();
          this.#held = this.#answer.kind === "granted";
        } else {
          await this.#hint.release();
          this.#held = false;
        }
        this.#problem = undefined;
      } catch (error) {
        this.#problem = messageOf(error);
      }
    }
    this.#work = undefined;
  }
}
