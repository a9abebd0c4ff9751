/** What was learned on this device since the router's weights were made. */
export interface Adaptation {
  /** Added to the expected gain of asking remotely, -1 to 1; 0 where nothing was learned. Changes nothing. */
  adjustment(text: string): number;
}
