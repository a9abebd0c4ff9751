import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../core/errors.js";
import { parseManifest, type Recording, type RecordingKind } from "../wake/manifest.js";
import { readAudio } from "../wake/read-audio.js";
import type { Sound } from "../wake/training-set.js";
import { CommandError } from "./command.js";
import { reasonOf } from "./files.js";

/** A directory with a `manifest.csv` and the recordings it names. */
export interface WakeData {
  readonly recordings: readonly Recording[];
  /** Samples of one recording at 16 kHz. Rejects with the file's name and what is wrong. */
  load(recording: Recording): Promise<Sound>;
  loadAll(recordings: readonly Recording[]): Promise<Sound[]>;
}

/** Opens a data set. Rejects with CommandError when there is none or its manifest cannot be read. */
export async function openWakeData(directory: string): Promise<WakeData> {
  const path = join(directory, "manifest.csv");
  let recordings: readonly Recording[];
  try {
    recordings = parseManifest(await readFile(path, "utf8"));
  } catch (error) {
    throw new CommandError(`Cannot use ${path}: ${reasonOf(error)}`, { cause: error });
  }
  return dataOf(directory, recordings);
}

/**
 * The WAV and FLAC files below a directory as recordings of one kind. A speaker is the directory a file lies in, or else what
 * stands before the first `_` of its name. Rejects with CommandError when there is none.
 */
export async function openRecordings(directory: string, kind: RecordingKind, word: string): Promise<WakeData> {
  let files: string[];
  try {
    files = (await readdir(directory, { recursive: true })).filter((file) => /\.(?:wav|flac)$/i.test(file)).sort();
  } catch (error) {
    throw new CommandError(`Cannot list ${directory}: ${reasonOf(error)}`, { cause: error });
  }
  if (files.length === 0) throw new CommandError(`Cannot use ${directory}: no WAV or FLAC file is in it`);
  const recordings = files.map((file): Recording => {
    const [folder, ...rest] = file.split(/[\\/]/);
    const speaker = rest.length > 0 ? folder! : /^([^_]+)_/.exec(file)?.[1];
    return { kind, word, speaker: speaker ?? "-", source: "", licence: "", file };
  });
  return dataOf(directory, recordings);
}

function dataOf(directory: string, recordings: readonly Recording[]): WakeData {
  const load = async (recording: Recording): Promise<Sound> => {
    const file = join(directory, recording.file);
    try {
      return { recording, samples: readAudio(await readFile(file)).samples };
    } catch (error) {
      throw new CommandError(`Cannot use ${file}: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    recordings,
    load,
    loadAll: async (wanted) => {
      const sounds: Sound[] = [];
      for (const recording of wanted) sounds.push(await load(recording));
      return sounds;
    },
  };
}
