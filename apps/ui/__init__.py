"""The page in the browser: inspect a picture, teach a model. Only `foil serve` loads Gradio."""
