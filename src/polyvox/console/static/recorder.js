// Records what is read aloud: the sentences one after the other, the level, and how long it has got.

// What browsers do to calls (gates, filters, gain) would be cloned with the voice.
const MICROPHONE = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const KINDS = { "audio/webm;codecs=opus": "webm", "audio/mp4": "m4a" };
const BITS_PER_SECOND = 128_000;
const LOOK_MS = 100;
const JUDGED_MS = 1500; // the level is judged by its highest in this time, which spans a pause
const FLOOR_DB = -60;
const QUIET_DB = -30; // a voice whose peaks stay below is too far away
const LOUD_DB = -1;

export default {
  template: `
    <div class="recorder">
      <ol :lang="lang || null">
        <li v-for="(line, at) in lines" :key="at" :aria-current="isRead(at) ? 'step' : null"
            :class="{ now: isRead(at), past: recording && at < place }">
          <span v-if="line.mood" class="mood">{{ line.mood }}</span> {{ line.text }}
        </li>
      </ol>
      <div v-show="recording" class="level" role="meter" aria-label="Level of your voice"
           aria-valuemin="-60" aria-valuemax="0" :aria-valuenow="Math.round(level)"
           :aria-valuetext="judged || 'listening'">
        <div :class="loudness" :style="{ width: share(level) + '%' }"></div>
      </div>
      <p v-show="recording" role="status" class="judged">{{ judged }}</p>
      <div v-show="state !== 'ready'" class="length" aria-hidden="true">
        <div class="best" :style="best"></div>
        <div class="so-far" :style="{ width: reached(elapsed) + '%' }"></div>
      </div>
      <p v-show="recording" role="timer" class="clock">{{ clock }}</p>
      <p role="status">{{ told }}</p>
      <div class="row items-center gap-2">
        <q-btn v-if="state === 'ready'" ref="record" no-caps color="primary" icon="mic" label="Record"
               :loading="asking" @click="record" />
        <template v-if="recording">
          <q-btn ref="next" no-caps color="primary" label="Next sentence" @click="advance"
                 :disable="place >= lines.length - 1" />
          <q-btn ref="stop" no-caps outline icon="stop" label="Stop" @click="stop" />
        </template>
        <template v-if="state === 'done'">
          <audio controls :src="heard" aria-label="Your recording"></audio>
          <q-btn ref="use" no-caps color="primary" label="Use this recording" @click="use" />
          <q-btn no-caps flat label="Record again" @click="again" />
        </template>
      </div>
      <p v-if="fault" role="alert">{{ fault }}</p>
    </div>`,
  props: { lines: Array, lang: String, goal: Object, longestS: Number, target: String },
  data: () => ({
    state: "ready",
    asking: false,
    place: 0,
    elapsed: 0,
    level: FLOOR_DB,
    judged: "",
    loudness: "good",
    fault: "",
    heard: null,
  }),
  computed: {
    recording() {
      return this.state === "recording";
    },
    stage() {
      const { min_s, best_min_s, best_max_s } = this.goal;
      return [min_s, best_min_s, best_max_s].filter((seconds) => this.elapsed >= seconds).length;
    },
    told() {
      if (this.state === "done") return `${Math.round(this.elapsed)} s are recorded. Listen to them first.`;
      if (!this.recording) return "";
      const { name, best_min_s, best_max_s } = this.goal;
      return [
        `Recording. Too short for ${name} yet.`,
        `Enough for ${name}; the best length begins at ${best_min_s} s.`,
        `This is the best length for ${name}: finish your sentence, then stop.`,
        `Longer than ${best_max_s} s: ${name} will hear the best part of it.`,
      ][this.stage];
    },
    clock() {
      const left = Math.ceil(this.goal.best_min_s - this.elapsed);
      return left > 0 ? `${left} s to the best length` : `${Math.floor(this.elapsed)} s`;
    },
    best() {
      const from = this.reached(this.goal.best_min_s);
      return { left: from + "%", width: this.reached(this.goal.best_max_s) - from + "%" };
    },
  },
  unmounted() {
    this.release();
    this.drop();
  },
  methods: {
    share: (decibels) => Math.max(0, Math.min(100, 100 * (1 - decibels / FLOOR_DB))),
    reached(seconds) {
      return Math.min(100, (100 * seconds) / (1.25 * this.goal.best_max_s));
    },
    isRead(at) {
      return this.recording && at === this.place;
    },
    async record() {
      this.fault = "";
      this.asking = true;
      try {
        const stream = await microphone();
        if (!this.$el.isConnected) hangUp(stream); // the page went on meanwhile
        else this.begin(stream);
      } catch (error) {
        this.release();
        this.fault = inWords(error);
      } finally {
        this.asking = false;
      }
    },
    begin(stream) {
      this.stream = stream;
      const mimeType = Object.keys(KINDS).find((kind) => MediaRecorder.isTypeSupported(kind));
      if (!mimeType) throw unsupported();
      this.recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
      const parts = [];
      this.recorder.ondataavailable = (event) => parts.push(event.data);
      this.recorder.onstop = () => this.keep(new Blob(parts, { type: mimeType }), KINDS[mimeType]);
      stream.getAudioTracks()[0].onended = () => this.stop(); // unplugged, or no longer allowed
      this.listen(stream);
      this.recorder.start();
      this.began = performance.now();
      Object.assign(this, { state: "recording", place: 0, elapsed: 0, judged: "" });
      this.$nextTick(() => this.$refs.next.$el.focus());
    },
    listen(stream) {
      this.sound = new AudioContext();
      const analyser = new AnalyserNode(this.sound, { fftSize: 8192 }); // 0.17 s: no gap between looks
      this.sound.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const recent = [];
      this.looking = setInterval(() => {
        analyser.getFloatTimeDomainData(samples);
        const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
        this.level = Math.max(FLOOR_DB, 20 * Math.log10(peak));
        recent.push(this.level);
        if (recent.length * LOOK_MS > JUDGED_MS) recent.shift();
        this.elapsed = (performance.now() - this.began) / 1000;
        if (recent.length * LOOK_MS >= JUDGED_MS) this.judge(Math.max(...recent));
        if (this.elapsed >= this.longestS) this.stop();
      }, LOOK_MS);
    },
    advance() {
      this.place += 1;
      if (this.place >= this.lines.length - 1) this.$refs.stop.$el.focus(); // there is no next one
    },
    judge(peak) {
      [this.loudness, this.judged] =
        peak >= LOUD_DB
          ? ["bad", "Too loud: move away a little."]
          : peak < QUIET_DB
            ? ["bad", "Too quiet: come nearer, or speak up."]
            : ["good", "The level is good."];
    },
    stop() {
      if (this.recorder?.state === "recording") this.recorder.stop();
    },
    keep(blob, ending) {
      this.elapsed = (performance.now() - this.began) / 1000;
      this.release();
      this.take = new File([blob], `Recording.${ending}`, { type: blob.type });
      this.heard = URL.createObjectURL(blob);
      this.state = "done";
      this.$nextTick(() => this.$refs.use?.$el.focus());
    },
    use() {
      const detail = [this.take];
      document.getElementById(this.target).dispatchEvent(new CustomEvent("take", { detail }));
      this.again();
    },
    again() {
      this.drop();
      this.state = "ready";
      this.$nextTick(() => this.$refs.record.$el.focus());
    },
    drop() {
      if (this.heard) URL.revokeObjectURL(this.heard);
      this.heard = this.take = null;
    },
    release() {
      clearInterval(this.looking);
      if (this.stream) hangUp(this.stream);
      this.sound?.close();
      this.stream = this.sound = null;
    },
  },
};

async function microphone() {
  if (!navigator.mediaDevices || !window.MediaRecorder) throw unsupported();
  return navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
}

function unsupported() {
  return new DOMException("", "NotSupportedError");
}

function hangUp(stream) {
  for (const track of stream.getTracks()) track.stop();
}

function inWords(error) {
  return (
    {
      NotAllowedError: "The microphone is not allowed. Allow it for this page, then try again.",
      NotFoundError: "No microphone was found. Connect one, or choose a file.",
      NotReadableError: "The microphone is in use by another program. Close that, then try again.",
      NotSupportedError: "This browser records only on pages over HTTPS or on this machine. Choose a file.",
    }[error.name] ?? "The microphone could not be opened. Choose a file instead."
  );
}
