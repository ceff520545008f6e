"""The keys of the review tab, as the browser runs them."""

# Keys work where nobody types. Steps are taken in the list itself, so that as many as are pressed are made.
KEYS = """() => {
  const queue = () => document.getElementById('review-queue');
  const radios = id => [...document.querySelectorAll(`#${id} input[type=radio]`)];
  const typed = id => document.querySelector(`#${id} input, #${id} textarea`);
  window.foilStep = by => {
    const all = radios('review-queue'), at = all.findIndex(one => one.checked), next = all[at + by];
    if (next) { next.click(); next.closest('label').scrollIntoView({block: 'nearest'}); }
  };
  if (window.foilKeys) return;
  window.foilKeys = true;
  const chosen = ['radio', 'checkbox', 'range'].map(type => `:not([type=${type}])`).join('');
  const typing = `textarea, select, [contenteditable=true], input${chosen}`;
  document.addEventListener('keydown', event => {
    if (!queue()?.offsetParent || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const field = event.target.closest?.(typing);
    if (field && event.key === 'Escape') field.blur();
    if (field?.closest('#review-by') && event.key === 'Enter') {
      typed('review-reason').focus();
      event.preventDefault();  // else this very Enter would be pressed in the other field, too
    }
    if (field) return;
    const key = event.key.toLowerCase(), choice = ['1', '2', '3'].indexOf(key);
    if (key === 'j' || key === 'k') window.foilStep(key === 'j' ? 1 : -1);
    if (choice >= 0) {
      radios('review-verdict')[choice]?.click();
      typed(typed('review-by').value ? 'review-reason' : 'review-by').focus();
    }
    if (choice >= 0 || key === 'j' || key === 'k') event.preventDefault();
  });
}"""
LEAVE = "() => document.activeElement?.blur()"
