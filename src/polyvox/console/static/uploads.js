// Files chosen, dropped or recorded, sent straight to the API one after the other. What goes with each
// file is asked of the server first ("chosen"), so that it has all that was typed before.

export default {
  template: `
    <div class="uploads" :class="{ over }" @dragenter.prevent="over = true" @dragover.prevent
         @dragleave="leave" @drop.prevent="drop" @take="add($event.detail)">
      <p class="q-ma-none">Drop recordings here, or</p>
      <label class="choose">
        <input type="file" multiple accept="audio/*,video/webm,video/mp4,.m4a,.opus,.flac"
               @change="choose">
        Choose files
      </label>
      <p class="quiet text-sm q-ma-none">{{ hint }}</p>
      <div v-if="sending" class="sending">
        <progress :value="sending.share" max="1" :aria-label="'Sending ' + sending.name"></progress>
        <q-btn flat no-caps label="Cancel" :aria-label="'Cancel ' + sending.name" @click="cancel" />
      </div>
      <p role="status" class="q-ma-none">{{ told }}</p>
    </div>`,
  props: { url: String, hint: String, maxBytes: Number },
  emits: ["chosen", "sent", "refused"],
  data: () => ({ over: false, sending: null, told: "" }),
  created() {
    this.waiting = []; // files nobody was asked about have no fields yet
    this.queue = [];
  },
  unmounted() {
    this.cancel();
  },
  methods: {
    choose(event) {
      this.add([...event.target.files]);
      event.target.value = ""; // the same file may be chosen again
    },
    drop(event) {
      this.over = false;
      this.add([...event.dataTransfer.files]);
    },
    leave(event) {
      if (!this.$el.contains(event.relatedTarget)) this.over = false;
    },
    add(files) {
      const fitting = files.filter((file) => this.fits(file));
      if (!fitting.length) return;
      this.waiting.push(...fitting);
      this.$emit("chosen", { names: fitting.map((file) => file.name) });
    },
    fits(file) {
      if (file.size <= this.maxBytes) return true;
      const limit = Math.floor(this.maxBytes / 2 ** 20);
      const message = `It has more than ${limit} MiB. Send a shorter or a compressed recording.`;
      this.$emit("refused", { name: file.name, message });
      return false;
    },
    // The server's answer to "chosen": the form fields of as many files, in their order.
    send(forms) {
      for (const fields of forms) this.queue.push({ file: this.waiting.shift(), fields });
      if (!this.sending) this.next();
    },
    next() {
      const job = this.queue.shift();
      if (!job) return;
      const form = new FormData();
      for (const [name, value] of Object.entries(job.fields)) form.append(name, value);
      form.append("file", job.file, job.file.name);
      const request = new XMLHttpRequest(); // fetch tells nothing of how far a body has got
      request.open("POST", (window.path_prefix || "") + this.url);
      request.upload.onprogress = (event) => this.progress(event.loaded / event.total);
      request.upload.onload = () => this.progress(1);
      request.onloadend = () => this.ended(job.file.name, request);
      this.sending = { name: job.file.name, share: 0, request };
      this.told = `Sending ${job.file.name}.`;
      request.send(form);
    },
    progress(share) {
      if (!this.sending) return;
      this.sending.share = share;
      if (share === 1) this.told = `Measuring ${this.sending.name}.`;
    },
    ended(name, request) {
      this.sending = null;
      this.told = "";
      const answer = read(request.responseText);
      if (request.status === 201) this.$emit("sent", { name, id: answer.id });
      else if (!request.cancelled) {
        const message = answer.error?.message ?? "The server could not be reached. Try again.";
        this.$emit("refused", { name, message });
      }
      this.next();
    },
    cancel() {
      if (!this.sending) return;
      this.sending.request.cancelled = true;
      this.sending.request.abort();
    },
  },
};

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
