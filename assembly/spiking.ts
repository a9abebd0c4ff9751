// A network of leaky integrate-and-fire neurons in int16 (Q12: 4096 is 1), eight neurons to a vector.
// The layout of the records is in src/kernels/spiking-simd.ts; sums saturate, in the order of src/kernels/spiking-reference.ts.

// Words of the network's record.
const INPUTS: usize = 0; // channels, padded to 16
const GRADED: usize = 4; // inputs are int16 values (Q15) instead of spikes
const LAYERS: usize = 8;
const EVENTS: usize = 12; // scratch: where the rows of this step's spikes are
const SCORES: usize = 16; // the last layer's membrane after each step
const INPUT_BITS: usize = 20; // scratch: a bit for each input channel, padded to 8 bytes
const FIRST_LAYER: usize = 24;

// Words of a layer's record.
const VECTORS: usize = 0;
const SLOTS: usize = 4;
const NOW: usize = 8;
const RING: usize = 12; // (slots, vectors) what arrives in this step and the coming ones; unused without delays
const NEURONS: usize = 16; // (vectors, 8) vectors: the fields below, so that one pointer reaches them all
const KIND: usize = 20; // 1: currents decay over steps, 2: there is a refractory period, 4: a spike subtracts the threshold, 8: there is a ring
const REFRACTORY_STEPS: usize = 24;
const SPIKES: usize = 28; // bits, padded to 8 bytes
const ROW_STARTS: usize = 32;
const ROW_DELAYS: usize = 36;
const ROWS: usize = 40;
const FAN_OUT: usize = 44;
const SPIKE_COUNT: usize = 48; // i64
const OPERATION_COUNT: usize = 56; // i64
const LAYER_BYTES: usize = 64;

// Fields of eight neurons.
const MEMBRANE: usize = 0;
const CURRENT: usize = 16;
const REFRACTORY: usize = 32;
const MEMBRANE_DECAY: usize = 48;
const SYNAPSE_DECAY: usize = 64;
const THRESHOLD: usize = 80; // less one: a neuron fires when its membrane is greater
const BIAS: usize = 96;
const ARRIVING: usize = 112; // what the step adds to the current: bias and weights
const NEURON_BYTES: usize = 128;

/** Runs `steps` steps over inputs of (steps, padded inputs); writes the last layer's spikes, (steps, padded outputs) bits. */
export function run(network: usize, inputs: usize, outputs: usize, steps: i32): void {
  const channels = load<i32>(network, INPUTS);
  const graded = load<i32>(network, GRADED);
  const layers = load<i32>(network, LAYERS);
  const events = <usize>load<u32>(network, EVENTS);
  const bits = <usize>load<u32>(network, INPUT_BITS);
  let scores = <usize>load<u32>(network, SCORES);
  for (let step = 0; step < steps; step++) {
    let layer = network + FIRST_LAYER;
    if (graded) {
      scatterGraded(layer, inputs, channels);
      inputs += (<usize>channels) << 1;
    } else {
      pack(inputs, channels, bits);
      scatter(layer, bits, channels, events);
      inputs += channels;
    }
    for (let index = 1; ; index++) {
      update(layer);
      if (index === layers) break;
      const spikes = <usize>load<u32>(layer, SPIKES);
      const units = load<i32>(layer, VECTORS) << 3;
      layer += LAYER_BYTES;
      scatter(layer, spikes, units, events);
    }
    const vectors = load<i32>(layer, VECTORS);
    const spikes = <usize>load<u32>(layer, SPIKES);
    let neurons = <usize>load<u32>(layer, NEURONS);
    for (let vector = 0; vector < vectors; vector++) {
      v128.store(scores, v128.load(neurons, MEMBRANE));
      store<u8>(outputs, load<u8>(spikes + vector));
      neurons += NEURON_BYTES;
      scores += 16;
      outputs++;
    }
  }
}

/** A bit for each channel that is not zero, 64 to a word; words are written whole, or reading them back would wait for each part. */
// @inline
function pack(inputs: usize, channels: i32, bits: usize): void {
  const zero = i8x16.splat(0);
  for (let first = 0; first < channels; first += 64) {
    let word: u64 = 0;
    const end = min(channels, first + 64);
    for (let channel = first; channel < end; channel += 16)
      word |= (<u64>(<u32>i8x16.bitmask(i8x16.ne(v128.load(inputs + channel), zero)))) << (channel & 63);
    store<u64>(bits + (first >> 3), word);
  }
}

/** Adds the rows of the spiking neurons to what arrives at the layer, now and later. */
function scatter(layer: usize, bits: usize, inputs: i32, events: usize): void {
  const bytes = (<usize>load<i32>(layer, VECTORS)) << 4;
  const rows = <usize>load<u32>(layer, ROWS);
  const fanOut = <usize>load<u32>(layer, FAN_OUT);
  let operations: i64 = 0;
  if (load<i32>(layer, KIND) & 8) {
    for (let first = 0; first < inputs; first += 64) {
      let word = load<u64>(bits + (first >> 3));
      while (word !== 0) {
        const number = first + <i32>ctz(word);
        operations += load<u32>(fanOut + (number << 2));
        scatterRing(layer, number, bytes, rows);
        word &= word - 1;
      }
    }
  } else if (bytes === 16) {
    // A layer of one vector, as outputs are: its sum takes each row as it is found.
    const neurons = <usize>load<u32>(layer, NEURONS);
    let sum = v128.load(neurons, BIAS);
    for (let first = 0; first < inputs; first += 64) {
      let word = load<u64>(bits + (first >> 3));
      while (word !== 0) {
        const number = first + <i32>ctz(word);
        operations += load<u32>(fanOut + (number << 2));
        sum = i16x8.add_sat_s(sum, v128.load(rows + (number << 4)));
        word &= word - 1;
      }
    }
    v128.store(neurons, sum, ARRIVING);
  } else {
    // Without delays a neuron has one row, of its own number.
    let end = events;
    for (let first = 0; first < inputs; first += 64) {
      let word = load<u64>(bits + (first >> 3));
      while (word !== 0) {
        const number = first + <i32>ctz(word);
        operations += load<u32>(fanOut + (number << 2));
        store<u32>(end, rows + number * bytes);
        end += 4;
        word &= word - 1;
      }
    }
    const isOdd = (end - events) & 4;
    let event = events;
    // Four vectors of sums stay in registers over all rows.
    let neurons = <usize>load<u32>(layer, NEURONS);
    let at: usize = 0;
    for (; at + 64 <= bytes; at += 64) {
      let sum0 = v128.load(neurons, BIAS);
      let sum1 = v128.load(neurons, BIAS + NEURON_BYTES);
      let sum2 = v128.load(neurons, BIAS + 2 * NEURON_BYTES);
      let sum3 = v128.load(neurons, BIAS + 3 * NEURON_BYTES);
      event = events;
      if (isOdd) {
        const row = <usize>load<u32>(event) + at;
        sum0 = i16x8.add_sat_s(sum0, v128.load(row));
        sum1 = i16x8.add_sat_s(sum1, v128.load(row, 16));
        sum2 = i16x8.add_sat_s(sum2, v128.load(row, 32));
        sum3 = i16x8.add_sat_s(sum3, v128.load(row, 48));
        event += 4;
      }
      for (; event < end; event += 8) {
        const row = <usize>load<u32>(event) + at;
        const other = <usize>load<u32>(event, 4) + at;
        sum0 = i16x8.add_sat_s(i16x8.add_sat_s(sum0, v128.load(row)), v128.load(other));
        sum1 = i16x8.add_sat_s(i16x8.add_sat_s(sum1, v128.load(row, 16)), v128.load(other, 16));
        sum2 = i16x8.add_sat_s(i16x8.add_sat_s(sum2, v128.load(row, 32)), v128.load(other, 32));
        sum3 = i16x8.add_sat_s(i16x8.add_sat_s(sum3, v128.load(row, 48)), v128.load(other, 48));
      }
      v128.store(neurons, sum0, ARRIVING);
      v128.store(neurons, sum1, ARRIVING + NEURON_BYTES);
      v128.store(neurons, sum2, ARRIVING + 2 * NEURON_BYTES);
      v128.store(neurons, sum3, ARRIVING + 3 * NEURON_BYTES);
      neurons += 4 * NEURON_BYTES;
    }
    for (; at < bytes; at += 16) {
      let sum = v128.load(neurons, BIAS);
      for (event = events; event < end; event += 4) sum = i16x8.add_sat_s(sum, v128.load(<usize>load<u32>(event) + at));
      v128.store(neurons, sum, ARRIVING);
      neurons += NEURON_BYTES;
    }
  }
  store<i64>(layer, load<i64>(layer, OPERATION_COUNT) + operations, OPERATION_COUNT);
}

/** The same for one neuron where there are delays: each of its rows goes to the step in which it arrives. */
function scatterRing(layer: usize, number: usize, bytes: usize, rows: usize): void {
  const ring = <usize>load<u32>(layer, RING);
  const starts = <usize>load<u32>(layer, ROW_STARTS) + (number << 2);
  const delays = <usize>load<u32>(layer, ROW_DELAYS);
  const slots = load<i32>(layer, SLOTS);
  const now = load<i32>(layer, NOW);
  const stop = load<u32>(starts, 4);
  for (let row = load<u32>(starts); row < stop; row++) {
    let slot = now + <i32>load<u8>(delays + row);
    if (slot >= slots) slot -= slots;
    addRow(ring + slot * bytes, rows + row * bytes, bytes);
  }
}

// @inline
function addRow(currents: usize, row: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16)
    v128.store(currents + at, i16x8.add_sat_s(v128.load(currents + at), v128.load(row + at)));
}

/** The same with values: each row times its channel's value. A zero costs nothing. */
function scatterGraded(layer: usize, inputs: usize, channels: i32): void {
  const bytes = (<usize>load<i32>(layer, VECTORS)) << 4;
  const ring = <usize>load<u32>(layer, RING);
  const rows = <usize>load<u32>(layer, ROWS);
  const fanOut = <usize>load<u32>(layer, FAN_OUT);
  const starts = <usize>load<u32>(layer, ROW_STARTS);
  const delays = <usize>load<u32>(layer, ROW_DELAYS);
  const slots = load<i32>(layer, SLOTS);
  const now = load<i32>(layer, NOW);
  let operations: i64 = 0;
  for (let channel: u32 = 0; channel < <u32>channels; channel++) {
    const value = load<i16>(inputs + (channel << 1));
    if (value === 0) continue;
    const values = i16x8.splat(value);
    operations += load<u32>(fanOut + (channel << 2));
    const stop = load<u32>(starts + (channel << 2), 4);
    for (let row = load<u32>(starts + (channel << 2)); row < stop; row++) {
      let slot = now + <i32>load<u8>(delays + row);
      if (slot >= slots) slot -= slots;
      const currents = ring + slot * bytes;
      const weights = rows + row * bytes;
      for (let at: usize = 0; at < bytes; at += 16) {
        const product = i16x8.q15mulr_sat_s(v128.load(weights + at), values);
        v128.store(currents + at, i16x8.add_sat_s(v128.load(currents + at), product));
      }
    }
  }
  store<i64>(layer, load<i64>(layer, OPERATION_COUNT) + operations, OPERATION_COUNT);
}

/** One step of a layer's neurons: sets a bit for each that fires, and counts them. */
function update(layer: usize): void {
  if (load<i32>(layer, KIND) & 8) takeFromRing(layer);
  const kind = load<i32>(layer, KIND) & 7;
  // A type for each choice (f64: yes, i32: no), so that a loop holds only what it needs; the rarer kinds share one that holds all.
  if (kind === 0) updateAs<i32, i32, i32>(layer);
  else if (kind === 2) updateAs<i32, f64, i32>(layer);
  else if (kind < 4) updateAs<f64, f64, i32>(layer);
  else updateAs<f64, f64, f64>(layer);
}

/** Moves what arrives in this step out of the ring, and leaves the bias there for the step that comes round. */
function takeFromRing(layer: usize): void {
  const slots = load<i32>(layer, SLOTS);
  const now = load<i32>(layer, NOW);
  const vectors = load<i32>(layer, VECTORS);
  let slot = <usize>load<u32>(layer, RING) + ((now * vectors) << 4);
  let neurons = <usize>load<u32>(layer, NEURONS);
  for (let vector = 0; vector < vectors; vector++) {
    v128.store(neurons, v128.load(slot), ARRIVING);
    v128.store(slot, v128.load(neurons, BIAS));
    slot += 16;
    neurons += NEURON_BYTES;
  }
  const following = now + 1;
  store<i32>(layer, following === slots ? 0 : following, NOW);
}

function updateAs<HasSynapse, HasRefractory, Subtracts>(layer: usize): void {
  let neurons = <usize>load<u32>(layer, NEURONS);
  const end = neurons + <usize>load<i32>(layer, VECTORS) * NEURON_BYTES;
  const refractorySteps = i16x8.splat(<i16>load<i32>(layer, REFRACTORY_STEPS));
  const one = i16x8.splat(1);
  const zero = i16x8.splat(0);
  let spikes = <usize>load<u32>(layer, SPIKES);
  let count: i64 = 0;
  while (neurons < end) {
    // Eight vectors make a word, whose bits move down as new ones come in at the top.
    let bits: u64 = 0;
    const stop = min(end, neurons + 8 * NEURON_BYTES);
    const unused = (<u64>(8 - (stop - neurons) / NEURON_BYTES)) << 3;
    for (; neurons < stop; neurons += NEURON_BYTES) {
      let current = v128.load(neurons, ARRIVING);
      if (isFloat<HasSynapse>()) {
        const lasting = i16x8.q15mulr_sat_s(v128.load(neurons, CURRENT), v128.load(neurons, SYNAPSE_DECAY));
        current = i16x8.add_sat_s(lasting, current);
        v128.store(neurons, current, CURRENT);
      }
      const held = v128.load(neurons, MEMBRANE);
      const threshold = v128.load(neurons, THRESHOLD);
      const lasting = i16x8.q15mulr_sat_s(held, v128.load(neurons, MEMBRANE_DECAY));
      let next = i16x8.add_sat_s(lasting, current);
      let fires: v128;
      if (isFloat<HasRefractory>()) {
        const left = v128.load(neurons, REFRACTORY);
        const waits = i16x8.gt_s(left, zero);
        if (isFloat<Subtracts>()) {
          next = v128.bitselect(held, next, waits);
          fires = v128.andnot(i16x8.gt_s(next, threshold), waits);
        } else {
          next = v128.andnot(next, waits); // what is held is zero
          fires = i16x8.gt_s(next, threshold);
        }
        const wait = v128.and(fires, refractorySteps);
        v128.store(neurons, v128.or(i16x8.sub_sat_u(left, one), wait), REFRACTORY);
      } else fires = i16x8.gt_s(next, threshold);
      if (isFloat<Subtracts>()) next = i16x8.sub(next, v128.and(fires, i16x8.add(threshold, one)));
      else next = v128.andnot(next, fires);
      v128.store(neurons, next, MEMBRANE);
      bits = (bits >> 8) | ((<u64>(<u32>i16x8.bitmask(fires))) << 56);
    }
    bits >>= unused;
    store<u64>(spikes, bits);
    count += popcnt(bits);
    spikes += 8;
  }
  store<i64>(layer, load<i64>(layer, SPIKE_COUNT) + count, SPIKE_COUNT);
}
